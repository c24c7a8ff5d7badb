// SPDX-License-Identifier: BSD-2-Clause
#include "unit/system/systemd/fake_manager.hpp"

#include <csignal>
#include <stdexcept>
#include <utility>

#include <sys/socket.h>
#include <systemd/sd-bus.h>

namespace onload_node::fixture {

namespace {

constexpr const char* manager_path = "/org/freedesktop/systemd1";
constexpr const char* unit_prefix = "/org/freedesktop/systemd1/unit/";
constexpr const char* job_path = "/org/freedesktop/systemd1/job/7";

/// Object paths as systemd makes them; '.' and '-' are all that our unit names need.
std::string path_of(const std::string& id) {
    std::string path = unit_prefix;
    for (const char c : id) {
        path += c == '.' ? "_2e" : c == '-' ? "_2d" : std::string(1, c);
    }
    return path;
}

int refuse(sd_bus_message* message, const char* name, const std::string& text) {
    const sd_bus_error error{name, text.c_str(), 0};
    return sd_bus_reply_method_error(message, &error);
}

}  // namespace

FakeManager::FakeManager(std::map<std::string, FakeUnit> units) : units_(std::move(units)) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        throw std::runtime_error("cannot make a socket pair");
    }
    client_ = UniqueFd(ends[0]);
    thread_ = std::thread([this, end = ends[1]] { serve(UniqueFd(end)); });
}

FakeManager::~FakeManager() {
    stopping_ = true;
    thread_.join();
}

std::vector<std::string> FakeManager::calls() const {
    const std::lock_guard guard(mutex_);
    return calls_;
}

void FakeManager::record(const std::string& call) {
    const std::lock_guard guard(mutex_);
    calls_.push_back(call);
}

void FakeManager::serve(UniqueFd server) {
    sd_id128_t id{};
    id.bytes[0] = 1;
    sd_bus_new(&bus_);
    const int fd = server.release();
    sd_bus_set_fd(bus_, fd, fd);
    sd_bus_set_server(bus_, 1, id);
    sd_bus_set_anonymous(bus_, 1);
    sd_bus_set_sender(bus_, "org.freedesktop.systemd1");
    sd_bus_add_filter(
        bus_,
        nullptr,
        [](sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
            return static_cast<FakeManager*>(self)->answer(message);
        },
        this
    );
    sd_bus_start(bus_);
    while (!stopping_) {
        const int result = sd_bus_process(bus_, nullptr);
        if (result < 0) {
            break;
        }
        if (result == 0) {
            sd_bus_wait(bus_, 10000);
        }
    }
    sd_bus_close_unref(bus_);
}

const FakeUnit* FakeManager::unit_named(const std::string& name) const {
    const auto found = units_.find(name);
    return found == units_.end() ? nullptr : &found->second;
}

int FakeManager::answer(sd_bus_message* message) {
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0) {
        return 0;
    }
    if (hanging_) {
        return 1;
    }
    const std::string member = sd_bus_message_get_member(message);
    const int result = member == "Get" ? answer_property(message) : answer_manager(message, member);
    return result < 0 ? result : 1;
}

int FakeManager::answer_property(sd_bus_message* message) {
    const char* interface = nullptr;
    const char* name = nullptr;
    sd_bus_message_read(message, "ss", &interface, &name);
    const std::string path = sd_bus_message_get_path(message);
    for (const auto& [alias, unit] : units_) {
        if (path == job_path && !unit.job_type.empty()) {
            return sd_bus_reply_method_return(message, "v", "s", unit.job_type.c_str());
        }
        if (path != path_of(unit.id)) {
            continue;
        }
        const std::map<std::string, std::string> texts = {
            {"Id", unit.id},
            {"LoadState", unit.load_state},
            {"ActiveState", unit.active_state},
            {"FragmentPath", unit.fragment},
            {"Description", unit.description}};
        if (const auto text = texts.find(name); text != texts.end()) {
            return sd_bus_reply_method_return(message, "v", "s", text->second.c_str());
        }
        if (std::string(name) == "Conditions") {
            return answer_conditions(message, unit);
        }
        if (std::string(name) == "After") {
            return answer_after(message, unit);
        }
        if (std::string(name).ends_with("TimestampMonotonic")) {
            const auto moment = unit.moments.find(name);
            return sd_bus_reply_method_return(
                message, "v", "t", moment == unit.moments.end() ? 0 : moment->second
            );
        }
        const bool queued = !unit.job_type.empty();
        return sd_bus_reply_method_return(
            message, "v", "(uo)", queued ? 7 : 0, queued ? job_path : "/"
        );
    }
    return refuse(message, "org.freedesktop.DBus.Error.UnknownObject", "no such object");
}

int FakeManager::answer_after(sd_bus_message* message, const FakeUnit& unit) {
    sd_bus_message* reply = nullptr;
    sd_bus_message_new_method_return(message, &reply);
    sd_bus_message_open_container(reply, 'v', "as");
    sd_bus_message_open_container(reply, 'a', "s");
    for (const auto& name : unit.after) {
        sd_bus_message_append(reply, "s", name.c_str());
    }
    sd_bus_message_close_container(reply);
    sd_bus_message_close_container(reply);
    const int result = sd_bus_send(nullptr, reply, nullptr);
    sd_bus_message_unref(reply);
    return result;
}

int FakeManager::answer_conditions(sd_bus_message* message, const FakeUnit& unit) {
    sd_bus_message* reply = nullptr;
    sd_bus_message_new_method_return(message, &reply);
    sd_bus_message_open_container(reply, 'v', "a(sbbsi)");
    sd_bus_message_open_container(reply, 'a', "(sbbsi)");
    for (const auto& [negated, path] : unit.conditions) {
        sd_bus_message_append(
            reply, "(sbbsi)", "ConditionPathExists", 0, negated ? 1 : 0, path.c_str(), 0
        );
    }
    sd_bus_message_close_container(reply);
    sd_bus_message_close_container(reply);
    const int result = sd_bus_send(nullptr, reply, nullptr);
    sd_bus_message_unref(reply);
    return result;
}

int FakeManager::answer_manager(sd_bus_message* message, const std::string& member) {
    if (std::string(sd_bus_message_get_path(message)) != manager_path) {
        return refuse(message, "org.freedesktop.DBus.Error.UnknownObject", "not the manager");
    }
    if (member == "Subscribe" || member == "Reload") {
        record(member);
        return sd_bus_reply_method_return(message, "");
    }
    const char* name = nullptr;
    if (member == "MaskUnitFiles" || member == "UnmaskUnitFiles") {
        int runtime = 0;
        sd_bus_message_enter_container(message, 'a', "s");
        sd_bus_message_read(message, "s", &name);
        sd_bus_message_exit_container(message);
        sd_bus_message_read(message, "b", &runtime);
        record(member + " " + name + (runtime != 0 ? " runtime" : " for ever"));
        return sd_bus_reply_method_return(message, "a(sss)", 0);
    }
    sd_bus_message_read(message, "s", &name);
    if (member == "KillUnit") {
        const char* who = nullptr;
        int signal = 0;
        sd_bus_message_read(message, "si", &who, &signal);
        record(member + " " + name + " " + who + " " + std::to_string(signal));
        const FakeUnit* const killed = unit_named(name);
        if (killed != nullptr && killed->active_state != "active") {
            return sd_bus_reply_method_errorf(
                message, "org.freedesktop.systemd1.NoSuchProcess", "No main process to kill"
            );
        }
        return sd_bus_reply_method_return(message, "");
    }
    record(member + " " + name);
    const FakeUnit* const unit = unit_named(name);
    if (unit == nullptr) {
        const char* const error = member == "GetUnitFileState"
                                      ? "org.freedesktop.DBus.Error.FileNotFound"
                                      : "org.freedesktop.systemd1.NoSuchUnit";
        return refuse(message, error, std::string("Unit ") + name + " not found.");
    }
    if (member == "GetUnitFileState") {
        return unit->file_state.empty()
                   ? refuse(
                         message,
                         "org.freedesktop.DBus.Error.FileNotFound",
                         "No such file or directory"
                     )
                   : sd_bus_reply_method_return(message, "s", unit->file_state.c_str());
    }
    if (member == "SetUnitProperties") {
        int runtime = 0;
        const char* property = nullptr;
        const char* value = nullptr;
        sd_bus_message_read(message, "b", &runtime);
        sd_bus_message_enter_container(message, 'a', "(sv)");
        sd_bus_message_read(message, "(sv)", &property, "s", &value);
        record(
            std::string(property) + "=" + value +
            (runtime != 0 ? " until the next boot" : " for ever")
        );
        return sd_bus_reply_method_return(message, "");
    }
    if (member == "ResetFailedUnit") {
        return sd_bus_reply_method_return(message, "");
    }
    if (member == "StopUnit") {
        return answer_stop(message, *unit);
    }
    return sd_bus_reply_method_return(
        message, "o", member == "LoadUnit" ? path_of(unit->id).c_str() : job_path
    );
}

int FakeManager::answer_stop(sd_bus_message* message, const FakeUnit& unit) {
    if (unit.ends_before_reply) {
        announce_end(unit);
        return sd_bus_reply_method_return(message, "o", job_path);
    }
    const int replied = sd_bus_reply_method_return(message, "o", job_path);
    return unit.stop_result.empty() ? replied : announce_end(unit);
}

int FakeManager::announce_end(const FakeUnit& unit) {
    const auto emit = [&](unsigned id, const char* job, const char* name, const char* result) {
        return sd_bus_emit_signal(
            bus_,
            manager_path,
            "org.freedesktop.systemd1.Manager",
            "JobRemoved",
            "uoss",
            id,
            job,
            name,
            result
        );
    };
    // Jobs of others end as well.
    emit(8, "/org/freedesktop/systemd1/job/8", "other.service", "failed");
    return emit(7, job_path, unit.id.c_str(), unit.stop_result.c_str());
}

}  // namespace onload_node::fixture
