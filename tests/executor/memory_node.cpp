// SPDX-License-Identifier: BSD-2-Clause
#include "memory_node.hpp"

#include "core/names.hpp"
#include "core/port_names.hpp"
#include "run/guard.hpp"
#include "run/load_records.hpp"

namespace onload_node::fixture {

namespace {

ModuleName sfc() {
    return ModuleName::parse("sfc").value();
}

}  // namespace

MemoryNode::MemoryNode(Observed start) : node_(std::move(start)), files_(node_.generated_files) {}

Observed MemoryNode::observed() const {
    Observed now = node_;
    now.generated_files.clear();
    for (const auto& [path, content] : files_) {
        const bool link = path.compare(0, names::link_directory.size(), names::link_directory) == 0;
        if (link || path == names::autoload_rules || path == names::time_marker) {
            now.generated_files.emplace(path, content);
        }
    }
    now.load_records = read_load_records(*this);
    read_guard(now, *this);
    now.devices.clear();
    if (node_.loaded.contains(ModuleName::parse("onload").value())) {
        now.devices.assign(std::begin(names::onload_devices), std::end(names::onload_devices));
    }
    return now;
}

std::string MemoryNode::interfaces() const {
    std::string text;
    for (const auto& function : node_.functions) {
        text += (text.empty() ? "" : " ") +
                (function.interfaces.empty() ? "-" : function.interfaces.front().name);
    }
    return text;
}

std::string MemoryNode::running() const {
    std::string text;
    for (const auto& [name, unit] : node_.units) {
        if (unit.active_state == "active") {
            text += (text.empty() ? "" : " ") + unit.id;
        }
    }
    return text;
}

Result<void> MemoryNode::change(const std::string& what) {
    history_.push_back(what);
    if (calls_++ == failing_call_) {
        return failure(ErrorCode::io, "made to fail: " + what);
    }
    return {};
}

Result<std::string> MemoryNode::read(const std::string& path) const {
    const auto found = files_.find(path);
    return found == files_.end() ? failure(ErrorCode::not_found, path)
                                 : Result<std::string>(found->second);
}

Result<void> MemoryNode::write(const std::string& path, const std::string& content) {
    auto done = change("write " + path);
    if (done) {
        files_[path] = content;
    }
    return done;
}

Result<void> MemoryNode::remove(const std::string& path) {
    auto done = change("remove " + path);
    if (done) {
        files_.erase(path);
    }
    return done;
}

std::vector<std::string> MemoryNode::list(const std::string& directory) const {
    std::vector<std::string> entries;
    for (const auto& [path, content] : files_) {
        if (path.compare(0, directory.size() + 1, directory + "/") == 0) {
            entries.push_back(path.substr(directory.size() + 1));
        }
    }
    return entries;
}

bool MemoryNode::exists(const std::string& path) const {
    return files_.contains(path);
}

bool MemoryNode::executable(const std::string& path) const {
    return files_.contains(path);
}

std::optional<LoadedModule> MemoryNode::loaded(const ModuleName& name) const {
    const auto found = node_.loaded.find(name);
    return found == node_.loaded.end() ? std::nullopt : std::optional(found->second);
}

const ModuleFile* MemoryNode::file_of(const LoadModule& step) const {
    const auto& tree = step.origin == Origin::in_tree ? node_.in_tree : node_.staged.modules;
    const auto found = tree.find(step.name);
    return found == tree.end() ? nullptr : &found->second;
}

Result<void> MemoryNode::load(const LoadModule& step, Milliseconds /*limit*/) {
    if (auto done = change("load " + step.name.str()); !done) {
        return done;
    }
    if (node_.loaded.contains(step.name)) {
        return failure(ErrorCode::exists, step.name.str() + " is loaded");
    }
    const ModuleFile* const file = file_of(step);
    if (file == nullptr || (step.origin == Origin::out_of_tree && file->sha256 != step.sha256)) {
        return failure(ErrorCode::mismatch, step.path + " is not what was verified");
    }
    for (const auto& needed : file->depends) {
        if (!node_.loaded.contains(needed) && !node_.builtin.contains(needed)) {
            return failure(ErrorCode::not_found, step.name.str() + " needs " + needed.str());
        }
    }
    insert(*file);
    return {};
}

void MemoryNode::insert(const ModuleFile& file) {
    for (const auto& needed : file.depends) {
        if (const auto found = node_.loaded.find(needed); found != node_.loaded.end()) {
            found->second.holders.push_back(file.name);
            ++found->second.use_count;
        }
    }
    node_.loaded.emplace(
        file.name, LoadedModule{file.name, file.origin, file.version, file.build_id, {}, 0, true}
    );
    if (file.name == sfc()) {
        bind_ports();
    }
}

Result<void> MemoryNode::unload(const ModuleName& name, Milliseconds) {
    if (auto done = change("unload " + name.str()); !done) {
        return done;
    }
    const auto found = node_.loaded.find(name);
    if (found == node_.loaded.end()) {
        return {};
    }
    if (!found->second.holders.empty()) {
        return failure(
            ErrorCode::busy, name.str() + " is used by " + found->second.holders.front().str()
        );
    }
    node_.loaded.erase(found);
    for (auto& [other, module] : node_.loaded) {
        module.use_count -= static_cast<int>(std::erase(module.holders, name));
    }
    if (name == sfc()) {
        for (auto& function : node_.functions) {
            function.driver.clear();
            function.interfaces.clear();
        }
        const bool blocked = files_.contains(std::string(names::autoload_rules));
        if (in_tree_reloads_ > 0 && blocked) {
            // An event that udev had begun before the rule was there.
            --in_tree_reloads_;
            insert(node_.in_tree.at(sfc()));
        }
    }
    return {};
}

std::string MemoryNode::name_for(const NetworkFunction& function) const {
    const auto link = files_.find(link_file_path(function.address));
    if (link != files_.end()) {
        const auto from = link->second.find("\nName=") + 6;
        return link->second.substr(from, link->second.find('\n', from) - from);
    }
    const bool in_tree = node_.loaded.at(sfc()).origin == Origin::in_tree;
    const std::string index = std::to_string(function.address.function);
    return "ens8f" + index + (in_tree ? "" : "np" + index);
}

void MemoryNode::give_interface(NetworkFunction& function) {
    const MacAddress mac{{0x00, 0x0f, 0x53, 0, 0, function.address.function}};
    function.driver = "sfc";
    function.interfaces = {{name_for(function), mac, mac, false, true, ""}};
}

/// What a driver does when it is loaded: takes every function that nobody keeps from it.
void MemoryNode::bind_ports() {
    const bool out_of_tree = node_.loaded.at(sfc()).origin == Origin::out_of_tree;
    for (auto& function : node_.functions) {
        const bool broken = out_of_tree && broken_port_ == function.address;
        if (!broken && function.driver_override.empty()) {
            give_interface(function);
        }
    }
}

NetworkFunction* MemoryNode::function_at(const PciAddress& address) {
    for (auto& function : node_.functions) {
        if (function.address == address) {
            return &function;
        }
    }
    return nullptr;
}

Result<void> MemoryNode::hold(const std::vector<PciAddress>& functions) {
    auto done = change("hold functions");
    for (const auto& address : functions) {
        if (auto* const function = function_at(address); done && function != nullptr) {
            function->driver_override = names::hold_driver;
        }
    }
    return done;
}

Result<void> MemoryNode::release(const std::vector<PciAddress>& functions) {
    auto done = change("release functions");
    for (const auto& address : functions) {
        auto* const function = function_at(address);
        if (done && function != nullptr && function->driver_override == names::hold_driver) {
            function->driver_override.clear();
        }
    }
    return done;
}

Result<void> MemoryNode::bind(
    const std::vector<PciAddress>& functions,
    const std::vector<ModuleName>& /*modules*/,
    Milliseconds /*limit*/
) {
    if (auto done = change("bind functions"); !done) {
        return done;
    }
    std::string text;
    bool hung = false;
    for (const auto& address : functions) {
        auto* const function = function_at(address);
        if (function == nullptr || !function->driver.empty()) {
            continue;
        }
        function->driver_override.clear();
        if (hanging_port_ == address) {
            text += address.to_string() + ": hangs";
            hung = true;
        } else if (broken_port_ == address) {
            text += address.to_string() + ": no hardware";
        } else {
            give_interface(*function);
        }
    }
    return text.empty() ? Result<void>() : failure(hung ? ErrorCode::hung : ErrorCode::io, text);
}

Result<void>
MemoryNode::set(const std::string& name, const std::string& value, const std::string& only_over) {
    auto done = change("set " + name);
    const auto setting = node_.kernel_settings.find(name);
    if (done && setting != node_.kernel_settings.end() &&
        (only_over.empty() || setting->second == only_over)) {
        setting->second = value;
    }
    return done;
}

Result<void> MemoryNode::restart() {
    restarted_ = true;
    return change("restart");
}

Result<std::vector<PortOutcome>>
MemoryNode::await(const std::vector<PortExpectation>& ports, Milliseconds) {
    if (auto done = change("await"); !done) {
        return tl::unexpected(done.error());
    }
    std::vector<PortOutcome> outcomes;
    for (const auto& port : ports) {
        for (const auto& function : node_.functions) {
            if (function.address == port.address) {
                outcomes.push_back({function.address, function.driver, {}});
                for (const auto& interface : function.interfaces) {
                    outcomes.back().interfaces.push_back(interface.name);
                }
            }
        }
    }
    return outcomes;
}

Result<void> MemoryNode::trigger_interfaces(const PciAddress& address) {
    auto done = change("trigger " + address.to_string());
    for (auto& function : node_.functions) {
        if (done && function.address == address && !function.interfaces.empty() &&
            !function.interfaces.front().up) {
            function.interfaces.front().name = name_for(function);
        }
    }
    return done;
}

UnitState* MemoryNode::unit(const std::string& id) {
    for (auto& [name, unit] : node_.units) {
        if (unit.id == id || name == id) {
            return &unit;
        }
    }
    return nullptr;
}

Result<UnitState> MemoryNode::state(const std::string& name) {
    const auto* const found = unit(name);
    return found == nullptr ? failure(ErrorCode::not_found, name) : Result<UnitState>(*found);
}

Result<void> MemoryNode::mask(const std::string& id) {
    auto done = change("mask " + id);
    if (auto* const found = unit(id); done && found != nullptr) {
        found->file_state = "masked-runtime";
    }
    return done;
}

Result<void> MemoryNode::unmask(const std::string& id) {
    auto done = change("unmask " + id);
    if (auto* const found = unit(id); done && found != nullptr) {
        found->file_state = "enabled";
    }
    return done;
}

Result<void> MemoryNode::stop(const std::string& id, Milliseconds) {
    auto done = change("stop " + id);
    if (auto* const found = unit(id); done && found != nullptr) {
        found->active_state = "inactive";
        found->job_pending = false;
    }
    return done;
}

Result<void> MemoryNode::start(const std::string& id) {
    auto done = change("start " + id);
    auto* const found = unit(id);
    const bool held_back =
        files_.contains(std::string(names::time_marker)) && id != "sfptpd.service";
    if (done && found != nullptr && found->file_state != "masked-runtime" && !held_back) {
        found->active_state = "active";
        found->job_pending = false;
    }
    return done;
}

Result<void> MemoryNode::remove_at_shutdown(const std::string& unit, const std::string& path) {
    return change("remove " + path + " at shutdown by " + unit);
}

Result<void> MemoryNode::reload_udev() {
    return change("reload udev");
}

void MemoryNode::failed(const PlannedStep& step, const Error& error) {
    history_.push_back("failed: " + describe(step.step) + ": " + error.message);
}

void MemoryNode::undoing(const Step& inverse) {
    history_.push_back("undo: " + describe(inverse));
}

void MemoryNode::undo_failed(const Step& inverse, const Error& error) {
    history_.push_back("undo failed: " + describe(inverse) + ": " + error.message);
}

void MemoryNode::notice(const std::string& text) {
    history_.push_back("notice: " + text);
}

}  // namespace onload_node::fixture
