// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/report.hpp"

#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/model/paths.hpp"

#include <algorithm>

namespace onload_node {

namespace {

void fill_modules(Report& report, const Config& config, const Observed& observed) {
    std::set<ModuleName> relevant(config.driver.load.begin(), config.driver.load.end());
    relevant.insert(config.driver.replace.begin(), config.driver.replace.end());
    for (const auto& [name, file] : observed.staged.modules) {
        relevant.insert(name);
    }
    for (const auto& name : relevant) {
        const auto loaded = observed.loaded.find(name);
        if (loaded == observed.loaded.end()) {
            continue;
        }
        const auto record = observed.load_records.find(name);
        const bool ours = record != observed.load_records.end() &&
                          record->second.build_id == loaded->second.build_id;
        report.modules.push_back({loaded->second, ours ? record->second.sha256 : ""});
    }
}

void fill_time(Report& report, const Config& config, const Observed& observed) {
    const bool marked = observed.generated_files.contains(std::string(paths::time_marker));
    report.time_daemon = config.time.daemon;
    report.time_state = time_state(config, observed);
    for (const auto& [name, unit] : observed.units) {
        if (unit.active_state == "active") {
            report.clock_keepers.push_back(unit.id);
        }
        const bool held_back = unit.masked() || (unit.heeds_marker && marked);
        if (name != config.time.daemon && unit.exists() && held_back) {
            report.displaced.push_back(unit.id);
        }
    }
    if (observed.clock_fallback && report.time_state == "failed") {
        report.clock_waits_for = observed.clock_fallback->waits_for;
        report.clock_since = observed.clock_since;
        report.clock_next = report.clock_waits_for.empty() ? observed.clock_next : "";
    }
}

void fill_functions(
    Report& report, const Observed& observed, const std::vector<const NetworkFunction*>& managed
) {
    report.functions = observed.functions;
    for (const auto& function : observed.functions) {
        const bool ours = std::ranges::any_of(managed, [&](const NetworkFunction* m) {
            return m->address == function.address;
        });
        if (function.physical_function) {
            continue;
        }
        if (!ours) {
            report.left_alone.push_back(
                function.address.to_string() +
                (function.driver_override.empty()
                     ? " is bound to " + function.driver
                     : " has driver_override " + function.driver_override)
            );
        } else {
            report.ports.push_back(
                function.interfaces.empty() ? "" : function.interfaces.front().name
            );
        }
    }
}

void fill_rules(Report& report, const Observed& observed) {
    for (const auto& [path, content] : observed.generated_files) {
        if (auto name = name_in_link_file(content); !name.empty()) {
            report.rules.emplace_back(path, std::move(name));
        }
    }
}

/// "5.3.16" of "5.3.16.1004": the version as people write it.
std::string short_version(const std::string& version) {
    std::size_t dots = 0;
    for (std::size_t i = 0; i < version.size(); ++i) {
        if (version[i] == '.' && ++dots == 3) {
            return version.substr(0, i);
        }
    }
    return version;
}

std::string modules_text(const Report& report) {
    std::string text;
    for (const std::string_view told : {"sfc", "onload"}) {
        for (const auto& [module, sha256] : report.modules) {
            if (module.origin == Origin::out_of_tree && module.name.str() == told) {
                append(
                    text, " + ", compose("{} {}", module.name.str(), short_version(module.version))
                );
            }
        }
    }
    return text.empty() ? "out-of-tree driver" : text;
}

std::string ports_text(const Report& report) {
    std::string interfaces;
    for (const auto& port : report.ports) {
        append(interfaces, " ", port.empty() ? "-" : port);
    }
    const bool none = interfaces.empty();
    return compose(
        " on {}{}{}{}{}",
        std::to_string(report.ports.size()),
        report.ports.size() == 1 ? " port" : " ports",
        none ? "" : " (",
        interfaces,
        none ? "" : ")"
    );
}

std::string unit_stem(const std::string& unit) {
    return unit.substr(0, unit.rfind('.'));
}

std::string time_text(const Report& report) {
    if (report.time_daemon.empty()) {
        // sfptpd runs in a pod, or not at all: until it does, nothing keeps the clock.
        return report.displaced.empty() ? "" : ", no clock daemon of this node";
    }
    const std::string daemon = unit_stem(report.time_daemon);
    if (report.time_state == "active") {
        return compose(", {} keeps time", daemon);
    }
    return compose(
        ", {} {}", daemon, report.time_state == "activating" ? "starting" : report.time_state
    );
}

}  // namespace

Report make_report(
    const Config& config, const Observed& observed, const Plan& plan, const RunRecord& run
) {
    const auto functions = managed_functions(config, observed);
    Report report;
    if (run.boot_id == observed.boot_id) {
        report.run = run;
    }
    auto judgement = judge(config, observed, plan, functions, report.run);
    report.state = judgement.state;
    report.code = judgement.code;
    report.reason = std::move(judgement.reason);
    report.boot_id = observed.boot_id;
    report.kernel = observed.kernel;
    report.policy = config.names.policy;
    report.devices = observed.devices;
    report.control_plane_problem = observed.control_plane_problem;
    report.offer = config.publish.cdi ? cdi_offer(observed) : CdiOffer{"", "publish.cdi is false"};
    report.libraries = compose("{}{}", observed.libraries.directory, paths::libraries_in_folder);
    report.staged = observed.staged.kernels;
    report.guard = guard_standing(config, observed);
    report.guard_limit = config.guard.attempts;
    fill_modules(report, config, observed);
    fill_functions(report, observed, functions);
    report.names = choose_names(config.names, functions, observed);
    for (auto& port : report.names) {
        port.function = nullptr;
    }
    report.names_problem = observed.names_problem;
    fill_rules(report, observed);
    fill_time(report, config, observed);
    report.notes = plan.notes;
    return report;
}

bool fell_back(const Report& report) {
    switch (report.state) {
    case State::active:
    // Nothing is wanted here, or somebody at the console does not want it now.
    case State::idle:
    case State::off:
        return false;
    case State::degraded:
        return report.code == ReasonCode::onload_missing ||
               report.code == ReasonCode::control_plane;
    case State::in_tree:
        // A new node has nothing to fall back from, and may need its pods to get the first modules.
        return report.code != ReasonCode::no_tree || !report.staged.empty();
    case State::failed:
        break;
    }
    return true;
}

std::string sentence(const Report& report) {
    const auto state = to_string(report.state);
    switch (report.state) {
    case State::active:
        return compose(
            "{}: {}{}{}", state, modules_text(report), ports_text(report), time_text(report)
        );
    case State::degraded:
        return compose(
            "{}: {}{}; {}", state, modules_text(report), ports_text(report), report.reason
        );
    case State::in_tree:
    case State::idle:
    case State::off:
    case State::failed:
        break;
    }
    return compose("{}: {}", state, report.reason);
}

std::string_view to_string(Origin origin) {
    return origin == Origin::in_tree ? "in-tree" : "out-of-tree";
}

}  // namespace onload_node
