// SPDX-License-Identifier: BSD-2-Clause
#include "core/report.hpp"

#include "core/names.hpp"
#include "core/port_names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

struct Judgement {
    State state;
    ReasonCode code;
    std::string reason;
};

const LoadedModule* loaded_out_of_tree(const Observed& observed, const ModuleName& name) {
    const auto found = observed.loaded.find(name);
    return found != observed.loaded.end() && found->second.origin == Origin::out_of_tree
               ? &found->second
               : nullptr;
}

bool driver_on(const Config& config, const Observed& observed) {
    return std::any_of(
        config.driver.replace.begin(),
        config.driver.replace.end(),
        [&](const ModuleName& name) { return loaded_out_of_tree(observed, name) != nullptr; }
    );
}

const std::string* failure_in(const RunRecord& run, PhaseName phase) {
    for (const auto& [name, text] : run.failures) {
        if (name == phase) {
            return &text;
        }
    }
    return nullptr;
}

/// What the plan itself says stands in the way; nothing when it merely has not been carried out.
bool blocked(const Plan& plan) {
    return plan.code != ReasonCode::as_wanted && plan.code != ReasonCode::pending_apply;
}

Judgement judge_in_tree(const Plan& plan, const RunRecord& run) {
    for (const auto phase : {PhaseName::names, PhaseName::driver}) {
        if (const auto* const text = failure_in(run, phase)) {
            return {State::in_tree, ReasonCode::undone, *text};
        }
    }
    if (blocked(plan)) {
        return {State::in_tree, plan.code, plan.reason};
    }
    return {
        State::in_tree,
        ReasonCode::pending_apply,
        "the out-of-tree driver is staged but apply has not run"};
}

std::string missing_onload(const Config& config, const Observed& observed) {
    for (const auto& name : config.driver.load) {
        if (loaded_out_of_tree(observed, name) == nullptr) {
            return "module " + name.str() + " is not loaded";
        }
    }
    const bool wants_onload = std::any_of(
        config.driver.load.begin(),
        config.driver.load.end(),
        [](const ModuleName& name) { return name.str() == "onload"; }
    );
    for (const auto device : names::onload_devices) {
        const auto& present = observed.devices;
        if (wants_onload && std::find(present.begin(), present.end(), device) == present.end()) {
            return std::string(device) + " is not there";
        }
    }
    return "";
}

std::string wrong_name(const std::vector<ChosenName>& chosen) {
    for (const auto& port : chosen) {
        const auto& interfaces = port.function->interfaces;
        const bool right =
            port.name.empty() ||
            std::any_of(interfaces.begin(), interfaces.end(), [&](const Interface& i) {
                return i.name == port.name;
            });
        if (!right) {
            const std::string now = interfaces.empty() ? "no interface" : interfaces.front().name;
            return "port " + port.function->address.to_string() + " is " + now + " and should be " +
                   port.name;
        }
    }
    return "";
}

std::string time_state(const Config& config, const Observed& observed) {
    const auto found = observed.units.find(config.time.daemon);
    if (found == observed.units.end()) {
        return "unknown";
    }
    if (!found->second.exists()) {
        return "not-found";
    }
    const bool queued = found->second.job_pending && found->second.active_state != "active";
    return queued ? "activating" : found->second.active_state;
}

std::string time_complaint(const Config& config, const Observed& observed) {
    if (config.time.daemon.empty()) {
        return "";
    }
    const std::string state = time_state(config, observed);
    if (state == "active" || state == "activating" || state == "reloading" || state == "unknown") {
        return "";
    }
    return config.time.daemon + " is " + state;
}

Judgement judge_out_of_tree(
    const Config& config,
    const Observed& observed,
    const Plan& plan,
    const std::vector<ChosenName>& chosen,
    const RunRecord& run
) {
    if (blocked(plan)) {
        return {State::degraded, plan.code, plan.reason};
    }
    const auto with_failure = [&](PhaseName phase, std::string text) {
        const auto* const failed = failure_in(run, phase);
        return failed == nullptr ? text : text + ": " + *failed;
    };
    if (auto text = missing_onload(config, observed); !text.empty()) {
        return {
            State::degraded,
            ReasonCode::onload_missing,
            with_failure(PhaseName::onload, std::move(text))};
    }
    if (auto text = wrong_name(chosen); !text.empty()) {
        return {
            State::degraded,
            ReasonCode::name_missing,
            with_failure(PhaseName::names, std::move(text))};
    }
    if (auto text = time_complaint(config, observed); !text.empty()) {
        return {
            State::degraded,
            ReasonCode::time_daemon,
            with_failure(PhaseName::time, std::move(text))};
    }
    if (!plan.empty()) {
        return {
            State::degraded,
            ReasonCode::pending_apply,
            "the node is not as configured: " + plan.phases.front().steps.front().reason};
    }
    return {State::active, ReasonCode::as_wanted, "as configured"};
}

Judgement judge(
    const Config& config,
    const Observed& observed,
    const Plan& plan,
    const std::vector<const NetworkFunction*>& functions,
    const RunRecord& run
) {
    if (observed.boot_switch == BootSwitch::plan_only) {
        return {
            State::off,
            ReasonCode::switched_off,
            "onload_node=plan is on the kernel command line: the plan was logged only"};
    }
    if (plan.goal == State::off || plan.goal == State::idle) {
        return {plan.goal, plan.code, plan.reason};
    }
    for (const NetworkFunction* const function : functions) {
        if (function->driver.empty()) {
            return {
                State::failed,
                ReasonCode::no_driver,
                "function " + function->address.to_string() + " has no driver"};
        }
    }
    if (!driver_on(config, observed)) {
        return judge_in_tree(plan, run);
    }
    return judge_out_of_tree(
        config,
        observed,
        plan,
        choose_names(config.names, functions, observed.other_interfaces),
        run
    );
}

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
    report.time_daemon = config.time.daemon;
    report.time_state = time_state(config, observed);
    for (const auto& [name, unit] : observed.units) {
        if (unit.active_state == "active") {
            report.clock_keepers.push_back(unit.id);
        }
        const bool masked = unit.file_state == "masked-runtime" || unit.file_state == "masked";
        if (name != config.time.daemon && masked) {
            report.displaced.push_back(unit.id);
        }
    }
}

void fill_functions(
    Report& report, const Observed& observed, const std::vector<const NetworkFunction*>& managed
) {
    report.functions = observed.functions;
    for (const auto& function : observed.functions) {
        const bool ours =
            std::any_of(managed.begin(), managed.end(), [&](const NetworkFunction* m) {
                return m->address == function.address;
            });
        if (!ours) {
            report.left_alone.push_back(
                function.address.to_string() +
                (function.driver_override.empty()
                     ? " is bound to " + function.driver
                     : " has driver_override " + function.driver_override)
            );
        }
    }
}

void fill_rules(Report& report, const Observed& observed) {
    constexpr std::string_view key = "\nName=";
    for (const auto& [path, content] : observed.generated_files) {
        const auto start = content.find(key);
        if (start != std::string::npos) {
            const auto from = start + key.size();
            report.rules.emplace_back(path, content.substr(from, content.find('\n', from) - from));
        }
    }
}

/// "5.3.16" of "5.3.16.1004": what people call the version.
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
    for (const auto& reported : report.modules) {
        const auto& name = reported.module.name.str();
        if (reported.module.origin == Origin::out_of_tree && (name == "sfc" || name == "onload")) {
            text = name == "sfc" ? name + " " + short_version(reported.module.version) +
                                       (text.empty() ? "" : " + " + text)
                                 : text + (text.empty() ? "" : " + ") + name + " " +
                                       short_version(reported.module.version);
        }
    }
    return text.empty() ? "out-of-tree driver" : text;
}

std::string ports_text(const Report& report) {
    std::string interfaces;
    std::size_t ports = 0;
    for (const auto& function : report.functions) {
        for (const auto& interface : function.interfaces) {
            interfaces += (interfaces.empty() ? "" : " ") + interface.name;
            ++ports;
        }
    }
    return " on " + std::to_string(ports) + (ports == 1 ? " port" : " ports") +
           (interfaces.empty() ? "" : " (" + interfaces + ")");
}

std::string unit_stem(const std::string& unit) {
    return unit.substr(0, unit.rfind('.'));
}

std::string time_text(const Report& report) {
    if (report.time_daemon.empty()) {
        return "";
    }
    const std::string daemon = unit_stem(report.time_daemon);
    if (report.time_state == "active") {
        return ", " + daemon + " keeps time";
    }
    return ", " + daemon +
           (report.time_state == "activating" ? " starting" : " " + report.time_state);
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
    report.staged = observed.staged.kernels;
    report.guard_limit = config.guard.attempts;
    fill_modules(report, config, observed);
    fill_functions(report, observed, functions);
    fill_rules(report, observed);
    fill_time(report, config, observed);
    return report;
}

std::string sentence(const Report& report) {
    const std::string head = std::string(to_string(report.state)) + ": ";
    switch (report.state) {
    case State::active:
        return head + modules_text(report) + ports_text(report) + time_text(report);
    case State::degraded:
        return head + modules_text(report) + ports_text(report) + "; " + report.reason;
    case State::in_tree:
    case State::idle:
    case State::off:
    case State::failed:
        break;
    }
    return head + report.reason;
}

int exit_status(const Report& report) {
    if (report.code == ReasonCode::config) {
        return 78;
    }
    switch (report.state) {
    case State::active:
    case State::idle:
    case State::off:
        return 0;
    case State::in_tree:
        return 3;
    case State::degraded:
        return 4;
    case State::failed:
        break;
    }
    return 1;
}

std::string_view to_string(NamePolicy policy) {
    switch (policy) {
    case NamePolicy::preserve:
        return "preserve";
    case NamePolicy::sequential:
        return "sequential";
    case NamePolicy::explicit_only:
        return "explicit";
    case NamePolicy::off:
        return "off";
    }
    return "preserve";
}

std::string_view to_string(Origin origin) {
    return origin == Origin::in_tree ? "in-tree" : "out-of-tree";
}

}  // namespace onload_node
