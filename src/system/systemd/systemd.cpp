// SPDX-License-Identifier: BSD-2-Clause
#include "system/systemd/systemd.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/model/units.hpp"
#include "system/systemd/bus.hpp"
#include "system/systemd/properties.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <map>
#include <utility>

namespace onload_node {

namespace {

constexpr const char* job_interface = "org.freedesktop.systemd1.Job";

/// PID 1 took over a second to read every unit again in the early boot of a small node.
constexpr Milliseconds reload_limit = std::chrono::seconds(30);

Result<void> without_value(const Result<BusMessage>& reply) {
    return reply ? Result<void>() : tl::unexpected(reply.error());
}

/// True when a queued job would start the unit. A job that ends while we ask does not count.
bool start_pending(BusConnection& bus, const std::string& unit_path) {
    const auto job = pid1::get_property(bus, unit_path, pid1::unit_interface, "Job", "(uo)");
    std::uint32_t id = 0;
    const char* path = nullptr;
    if (!job || sd_bus_message_read(job->get(), "(uo)", &id, &path) < 0 || id == 0) {
        return false;
    }
    const auto type = pid1::text_property(bus, path, job_interface, "JobType");
    return type && type->find("start") != std::string::npos;
}

/// True if the unit has the condition that the time marker must not exist, as PID 1 knows it.
Result<bool> heeds_marker(BusConnection& bus, const std::string& unit_path) {
    const auto conditions =
        TRY(pid1::get_property(bus, unit_path, pid1::unit_interface, "Conditions", "a(sbbsi)"));
    sd_bus_message* const message = conditions.get();
    int result = sd_bus_message_enter_container(message, 'a', "(sbbsi)");
    bool found = false;
    while (result > 0) {
        const char* type = nullptr;
        const char* parameter = nullptr;
        int trigger = 0;
        int negated = 0;
        std::int32_t state = 0;
        result =
            sd_bus_message_read(message, "(sbbsi)", &type, &trigger, &negated, &parameter, &state);
        found |= result > 0 && negated != 0 && trigger == 0 &&
                 std::string_view(type) == "ConditionPathExists" && paths::time_marker == parameter;
    }
    return result < 0 ? BusConnection::bus_failure("cannot read Conditions", result)
                      : Result<bool>(found);
}

/// The state of the unit file; empty when there is no unit file. It is not read from the unit that
/// PID 1 holds, which is as old as the last reload.
Result<std::string> file_state(BusConnection& bus, const std::string& id) {
    const std::string what = "cannot read the state of the unit file of " + id;
    auto state = pid1::text_of(
        what,
        bus.call(what, pid1::manager("GetUnitFileState"), pid1::call_limit, "s", id.c_str()),
        's'
    );
    if (!state && state.error().code == ErrorCode::not_found) {
        return std::string();
    }
    return state;
}

/// Waits for the end of one job.
class JobEnd final {
public:
    /// Call this before the job is queued: the job may end before the reply arrives.
    Result<void> subscribe(BusConnection& bus, Milliseconds limit) {
        // PID 1 sends signals unasked on its own socket; on the system bus we have to ask for them.
        auto subscribed =
            bus.call("cannot subscribe to jobs", pid1::manager("Subscribe"), limit, "");
        if (!subscribed && subscribed.error().code == ErrorCode::permission) {
            return without_value(subscribed);
        }
        sd_bus_slot* slot = nullptr;
        const int result = sd_bus_match_signal(
            bus.get(),
            &slot,
            "org.freedesktop.systemd1",
            pid1::manager_path,
            pid1::manager_interface,
            "JobRemoved",
            removed,
            this
        );
        slot_.reset(slot);
        return result < 0 ? BusConnection::bus_failure("cannot subscribe to jobs", result)
                          : Result<void>();
    }

    /// The result of the job, "done" if it went well; empty if it had not ended at the deadline.
    Result<std::string> wait(BusConnection& bus, const std::string& job, const Deadline& deadline) {
        const auto ended = [&] { return results_.contains(job); };
        TRY(bus.process_until(deadline, ended));
        return ended() ? results_[job] : std::string();
    }

private:
    static int removed(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        std::uint32_t id = 0;
        const char* job = nullptr;
        const char* unit = nullptr;
        const char* result = nullptr;
        if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) >= 0) {
            static_cast<JobEnd*>(self)->results_[job] = result;
        }
        return 0;
    }

    std::map<std::string, std::string> results_;  ///< by the path of the job
    BusSlot slot_;
};

}  // namespace

SystemdUnits::SystemdUnits() = default;

SystemdUnits::SystemdUnits(UniqueFd socket) : given_(true), socket_(std::move(socket)) {}

SystemdUnits::~SystemdUnits() = default;

Result<BusConnection*> SystemdUnits::connection() {
    if (!connection_ || !connection_->usable()) {
        connection_.reset();
        auto opened = TRY(given_ ? BusConnection::over(std::move(socket_)) : BusConnection::open());
        connection_ = std::make_unique<BusConnection>(std::move(opened));
    }
    return connection_.get();
}

Result<UnitState> SystemdUnits::state(const std::string& name) {
    const auto bus = TRY(connection());
    const std::string what = "cannot look up " + name;
    const auto path = TRY(pid1::text_of(
        what, bus->call(what, pid1::manager("LoadUnit"), pid1::call_limit, "s", name.c_str()), 'o'
    ));
    UnitState state;
    const std::pair<const char*, std::string*> properties[] = {
        {"Id", &state.id},
        {"LoadState", &state.load_state},
        {"ActiveState", &state.active_state},
        {"FragmentPath", &state.fragment}};
    for (const auto& [property, field] : properties) {
        auto value = pid1::text_property(*bus, path, pid1::unit_interface, property);
        if (!value) {
            return failure(what, value.error());
        }
        *field = std::move(*value);
    }
    state.job_pending = start_pending(*bus, path);
    state.heeds_marker = TRY(heeds_marker(*bus, path));
    auto file = TRY(file_state(*bus, state.id));
    state.file_state = std::move(file);
    return state;
}

template <typename... Arguments>
Result<void> SystemdUnits::order(
    const std::string& what,
    const char* method,
    Milliseconds limit,
    const char* types,
    Arguments... arguments
) {
    const auto bus = connection();
    if (!bus) {
        return failure(what, bus.error());
    }
    return without_value((*bus)->call(what, pid1::manager(method), limit, types, arguments...));
}

Result<void> SystemdUnits::mask(const std::string& id) {
    constexpr int runtime = 1;
    constexpr int force = 0;
    return order(
        "cannot mask " + id,
        "MaskUnitFiles",
        pid1::call_limit,
        "asbb",
        1,
        id.c_str(),
        runtime,
        force
    );
}

Result<void> SystemdUnits::unmask(const std::string& id) {
    constexpr int runtime = 1;
    const std::string what = "cannot unmask " + id;
    TRY(order(what, "UnmaskUnitFiles", pid1::call_limit, "asb", 1, id.c_str(), runtime));
    const auto now = state(id);
    if (!now) {
        return failure(what, now.error());
    }
    return now->load_state == "masked" ? order(what, "Reload", reload_limit, "") : Result<void>();
}

Result<void> SystemdUnits::stop(const std::string& id, Milliseconds limit) {
    const auto bus = TRY(connection());
    const Deadline deadline(limit);
    JobEnd end;
    TRY(end.subscribe(*bus, std::min(pid1::call_limit, limit)));
    const std::string what = "cannot stop " + id;
    const auto job = pid1::text_of(
        what,
        bus->call(
            what,
            pid1::manager("StopUnit"),
            std::min(pid1::call_limit, limit),
            "ss",
            id.c_str(),
            "replace"
        ),
        'o'
    );
    if (!job) {
        // A unit that PID 1 does not know does not run.
        return job.error().code == ErrorCode::not_found ? Result<void>()
                                                        : tl::unexpected(job.error());
    }
    const auto result = end.wait(*bus, *job, deadline);
    if (!result) {
        return failure(what, result.error());
    }
    if (result->empty()) {
        return failure(
            ErrorCode::timeout,
            compose("{}: it had not stopped after {} ms", what, std::to_string(limit.count()))
        );
    }
    if (*result != "done") {
        return failure(ErrorCode::io, compose("{}: its stop job ended with \"{}\"", what, *result));
    }
    return {};
}

Result<void> SystemdUnits::start(const std::string& id) {
    const auto now = state(id);
    if (now && now->active_state == "failed") {
        // Otherwise the start limit, which it has met, would refuse this start too.
        TRY(order("cannot start " + id, "ResetFailedUnit", pid1::call_limit, "s", id.c_str()));
    }
    if (now && now->load_state == "masked" && !now->masked()) {
        // PID 1 has read the unit while the mask was there.
        TRY(order("cannot start " + id, "Reload", reload_limit, ""));
    }
    return order("cannot start " + id, "StartUnit", pid1::call_limit, "ss", id.c_str(), "replace");
}

Result<void> SystemdUnits::restart(const std::string& id) {
    return order(
        "cannot restart " + id, "RestartUnit", pid1::call_limit, "ss", id.c_str(), "replace"
    );
}

Result<void> SystemdUnits::remove_at_shutdown(const std::string& unit, const std::string& path) {
    const std::string what = compose("cannot have {} removed at shutdown", path);
    const auto now = state(unit);
    if (!now) {
        return failure(what, now.error());
    }
    if (now->active_state != "inactive" || now->job_pending) {
        return {};
    }
    const std::string description = "Remove " + path;
    const std::string program(paths::rm_program);
    constexpr int yes = 1;
    constexpr int ignore_failure = 0;
    constexpr int properties = 4;
    constexpr int commands = 1;
    constexpr int words = 3;
    constexpr int auxiliary_units = 0;
    // clang-format off
    return order(
        what, "StartTransientUnit", pid1::call_limit, "ssa(sv)a(sa(sv))", unit.c_str(), "fail",
        properties,
        "Description", "s", description.c_str(),
        "Type", "s", "oneshot",
        "RemainAfterExit", "b", yes,
        "ExecStop", "a(sasb)", commands, program.c_str(), words, "rm", "-f", path.c_str(), ignore_failure,
        auxiliary_units
    );
    // clang-format on
}

Result<void> SystemdUnits::set_description(const std::string& unit, const std::string& text) {
    const auto bus = TRY(connection());
    const std::string what = "cannot describe " + unit;
    const auto path = TRY(pid1::text_of(
        what, bus->call(what, pid1::manager("LoadUnit"), pid1::call_limit, "s", unit.c_str()), 'o'
    ));
    std::string line = text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    // Each change writes a file below /run/systemd/system.control.
    if (TRY(pid1::text_property(*bus, path, pid1::unit_interface, "Description")) == line) {
        return {};
    }
    // One would be written for a unit that is not there, too.
    if (TRY(pid1::text_property(*bus, path, pid1::unit_interface, "LoadState")) != "loaded") {
        return {};
    }
    constexpr int runtime = 1;
    constexpr int properties = 1;
    return order(
        what,
        "SetUnitProperties",
        pid1::call_limit,
        "sba(sv)",
        unit.c_str(),
        runtime,
        properties,
        "Description",
        "s",
        line.c_str()
    );
}

Result<void> SystemdUnits::reload_udev() {
    const std::string udevd(units::udevd);
    auto told = order(
        "cannot have udevd read its files again",
        "KillUnit",
        pid1::call_limit,
        "ssi",
        udevd.c_str(),
        "main",
        SIGHUP
    );
    // If udevd has died, it reads them when PID 1 starts it again.
    const bool not_running = !told && told.error().code == ErrorCode::not_found;
    return not_running ? Result<void>() : told;
}

}  // namespace onload_node
