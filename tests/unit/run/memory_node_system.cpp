// SPDX-License-Identifier: BSD-2-Clause
// The node in memory: PID 1, udevd, and what happens beside the process that changes the node.
#include "core/model/paths.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>

namespace onload_node::fixture {

namespace {

bool lies_in_run(const std::string& path) {
    return path.compare(0, 5, "/run/") == 0;
}

constexpr const char* time_daemon = "sfptpd.service";

}  // namespace

// --- processes and boots

void MemoryNode::next_process() {
    calls_.clear();
    killed_ = false;
    fates_.clear();
    if (coldplug_) {
        coldplug_ = 0;
    }
}

void MemoryNode::boot_goes_on() {
    if (coldplug_) {
        handle_coldplug();
    }
    for (auto& [name, unit] : node_.units) {
        if (unit.job_pending) {
            unit.job_pending = false;
            run_start(unit);
        }
    }
}

void MemoryNode::power_cycle() {
    const auto staged = node_.staged;
    node_ = start_;
    node_.staged = staged;
    std::erase_if(files_, [](const auto& file) { return lies_in_run(file.first); });
    for (const auto& [path, content] : start_.generated_files) {
        if (lies_in_run(path)) {
            files_[path] = content;
        }
    }
    known_to_udev_ = files_;
    coldplug_.reset();
    next_process();
}

std::string MemoryNode::state_text() const {
    std::string text = coldplug_ ? "coldplug pending\n" : "";
    for (const auto& [path, content] : files_) {
        // Only words for the report, and times: nothing is decided by it.
        if (path != paths::last_run) {
            text += path + "=" + content + "\n";
        }
    }
    text += "udevd knows\n";
    for (const auto& [path, content] : known_to_udev_) {
        text += path + "=" + content + "\n";
    }
    for (const auto& [name, module] : node_.loaded) {
        text += name.str() + " " + module.build_id;
        for (const auto& holder : module.holders) {
            text += " " + holder.str();
        }
        text += "\n";
    }
    for (const auto& function : node_.functions) {
        text += function.address.to_string() + " " + function.driver + " " +
                function.driver_override + "\n";
    }
    for (const auto& [name, value] : node_.kernel_settings) {
        text += name + "=" + value + "\n";
    }
    for (const auto& [name, unit] : node_.units) {
        text += name + " " + unit.active_state + " " + unit.file_state +
                (unit.job_pending ? " queued\n" : "\n");
    }
    return text + interfaces();
}

// --- udevd

Result<void> MemoryNode::reload_udev() {
    return change("reload udev", [&] {
        known_to_udev_ = files_;
        return Result<void>();
    });
}

bool MemoryNode::autoload_blocked() const {
    return known_to_udev_.contains(std::string(paths::autoload_rules));
}

/// An event is handled once: what the rule swallows does not come again. The rule does not stop a
/// driver that is in its init already.
void MemoryNode::handle_coldplug() {
    coldplug_.reset();
    const auto driver = node_.loaded.find(sfc());
    if (driver == node_.loaded.end()) {
        if (!autoload_blocked()) {
            load_in_tree_driver();
        }
    } else if (driver->second.origin == Origin::in_tree) {
        bind_ports();
    }
}

/// As modprobe does: dependencies first.
void MemoryNode::load_in_tree_driver() {
    const ModuleFile& driver = node_.in_tree.at(sfc());
    for (const auto& needed : driver.depends) {
        if (!node_.loaded.contains(needed) && node_.in_tree.contains(needed)) {
            insert(node_.in_tree.at(needed));
        }
    }
    insert(driver);
}

// --- units

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
    return change("mask " + id, [&] {
        // A unit file in /etc outranks the link in /run.
        if (auto* const found = unit(id);
            found != nullptr && !found->fragment.starts_with("/etc/")) {
            found->file_state = "masked-runtime";
        }
        return Result<void>();
    });
}

/// As it was before the mask; a unit that was masked from the beginning is enabled.
std::string MemoryNode::unmasked_state(const std::string& id) const {
    for (const auto& [name, unit] : start_.units) {
        if (unit.id == id && unit.file_state != "masked-runtime") {
            return unit.file_state;
        }
    }
    return "enabled";
}

Result<void> MemoryNode::unmask(const std::string& id) {
    return change("unmask " + id, [&] {
        if (auto* const found = unit(id);
            found != nullptr && found->file_state == "masked-runtime") {
            found->file_state = unmasked_state(found->id);
        }
        return Result<void>();
    });
}

Result<void> MemoryNode::stop(const std::string& id, Milliseconds) {
    return change("stop " + id, [&] {
        if (auto* const found = unit(id); found != nullptr) {
            found->active_state = "inactive";
            found->job_pending = false;
        }
        return Result<void>();
    });
}

bool MemoryNode::held_back(const UnitState& unit) const {
    return unit.masked() || !unit.exists() ||
           (unit.heeds_marker && files_.contains(std::string(paths::time_marker)));
}

/// Sfptpd refuses to run beside another clock daemon.
void MemoryNode::run_start(UnitState& unit) {
    if (held_back(unit) || unit.active_state == "active") {
        return;
    }
    const bool other_runs =
        std::any_of(node_.units.begin(), node_.units.end(), [&](const auto& other) {
            return other.second.id != unit.id && other.second.active_state == "active";
        });
    unit.active_state = unit.id == time_daemon && other_runs ? "failed" : "active";
}

Result<void> MemoryNode::start(const std::string& id) {
    return change("start " + id, [&] {
        if (auto* const found = unit(id); found != nullptr) {
            found->job_pending = false;
            run_start(*found);
        }
        return Result<void>();
    });
}

Result<void> MemoryNode::restart(const std::string& id) {
    return start(id);
}

Result<void> MemoryNode::remove_at_shutdown(const std::string& unit_name, const std::string& path) {
    return change("remove " + path + " at shutdown by " + unit_name, [] { return Result<void>(); });
}

}  // namespace onload_node::fixture
