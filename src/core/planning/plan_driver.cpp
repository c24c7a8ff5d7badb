// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/modules/swap_scope.hpp"
#include "core/modules/wanted_parameters.hpp"
#include "core/planning/guard.hpp"
#include "core/planning/plan_phases.hpp"
#include "core/planning/previous_set.hpp"
#include "core/verifying/verify.hpp"

#include <algorithm>

namespace onload_node {

namespace {

using PlannedSteps = std::vector<PlannedStep>;

std::vector<PciAddress> addresses(const std::vector<const NetworkFunction*>& functions) {
    std::vector<PciAddress> list;
    list.reserve(functions.size());
    for (const NetworkFunction* const function : functions) {
        list.push_back(function->address);
    }
    return list;
}

/// Blocks the swap if a driver that carries ports could not be loaded again.
std::optional<Blocker> no_way_back(const PlanContext& context) {
    for (const auto& name : context.config.driver.replace) {
        const auto loaded = context.observed.loaded.find(name);
        const bool carries = std::any_of(
            context.functions.begin(),
            context.functions.end(),
            [&](const NetworkFunction* function) { return function->module() == name.str(); }
        );
        if (!carries || loaded == context.observed.loaded.end() ||
            loaded->second.origin != Origin::in_tree) {
            continue;
        }
        if (const auto order = in_tree_order(name, context.observed); !order) {
            const bool missing = order.error().code == ErrorCode::not_found;
            return Blocker{
                missing ? ReasonCode::module_missing : ReasonCode::unusable_module,
                "there would be no way back to the in-tree driver: " + order.error().message};
        }
    }
    return std::nullopt;
}

/// Decides the driver and Onload phases.
class DriverPlanner {
public:
    DriverPlanner(const PlanContext& context, std::vector<const ModuleFile*> order)
        : config_(context.config)
        , observed_(context.observed)
        , context_(context)
        , order_(std::move(order)) {}

    DriverDecision decide();

private:
    [[nodiscard]] PlannedSteps swap_steps(const std::vector<ModuleName>& going) const;
    /// `swapped`: the driver phase has unloaded `going` already.
    [[nodiscard]] PlannedSteps
    onload_steps(const std::vector<ModuleName>& going, bool swapped) const;
    void append_load(PlannedSteps& steps, const ModuleFile& file, bool even_if_loaded) const;
    void append_window_settings(PlannedSteps& steps) const;
    void append_settings_back(PlannedSteps& steps) const;
    void append_unloads(PlannedSteps& steps, const std::vector<ModuleName>& going) const;
    void append_driver(PlannedSteps& steps) const;
    void append_bind(PlannedSteps& steps, bool refused, const char* reason) const;
    void append_loads(PlannedSteps& steps, Origin origin, bool even_if_loaded) const;
    void append_autoload_block(PlannedSteps& steps) const;
    void append_autoload_unblock(PlannedSteps& steps) const;

    const Config& config_;
    const Observed& observed_;
    const PlanContext& context_;
    std::vector<const ModuleFile*> order_;
    std::vector<const ModuleFile*> driver_;
    std::vector<const ModuleFile*> onload_;
};

void DriverPlanner::append_load(PlannedSteps& steps, const ModuleFile& file, bool even_if_loaded)
    const {
    if (file.origin == Origin::in_tree) {
        if (!observed_.loaded.contains(file.name)) {
            steps.push_back(
                {LoadModule{file.name, file.origin, file.path, "", file.build_id, {}},
                 "a staged module needs it and the kernel has it"}
            );
        }
        return;
    }
    if (even_if_loaded || !loaded_as_wanted(file, config_, observed_)) {
        steps.push_back(
            {LoadModule{
                 file.name,
                 file.origin,
                 file.path,
                 file.sha256,
                 file.build_id,
                 wanted_parameters(config_, observed_, file.name)},
             "staged build " + short_build_id(file.build_id) +
                 (file.version.empty() ? std::string() : ", version " + file.version)}
        );
    }
}

void DriverPlanner::append_autoload_block(PlannedSteps& steps) const {
    if (context_.functions.empty()) {
        return;
    }
    std::string rules = "# Written by onload-node for the moment of the swap: udev loads no driver "
                        "for these functions, and has no status told.\n"
                        "SUBSYSTEM==\"pci|module\", ENV{ONLOAD_NODE_SWAP}=\"1\"\n";
    for (const NetworkFunction* const function : context_.functions) {
        rules += compose(
            "SUBSYSTEM==\"pci\", KERNEL==\"{}\", ENV{MODALIAS}=\"\"\n",
            function->address.to_string()
        );
    }
    steps.push_back(
        {BlockAutoload{std::move(rules)}, "udev must not load the in-tree driver during the swap"}
    );
    steps.push_back({ReloadUdev{}, "udevd must know the rule now"});
}

void DriverPlanner::append_autoload_unblock(PlannedSteps& steps) const {
    if (context_.functions.empty()) {
        return;
    }
    steps.push_back({UnblockAutoload{}, "the swap is over"});
    steps.push_back({ReloadUdev{}, "udevd must forget the rule now"});
}

void DriverPlanner::append_window_settings(PlannedSteps& steps) const {
    for (const auto& [name, value] : window_settings(config_.limits)) {
        const auto now = observed_.kernel_settings.find(name);
        if (now != observed_.kernel_settings.end() && now->second != value) {
            steps.push_back(
                {SetKernelSetting{name, value, ""},
                 "a kernel that the driver breaks must reboot, not stand still"}
            );
        }
    }
}

void DriverPlanner::append_settings_back(PlannedSteps& steps) const {
    for (const auto& [name, value] : window_settings(config_.limits)) {
        const auto before = observed_.kernel_settings.find(name);
        if (before != observed_.kernel_settings.end() && before->second != value) {
            steps.push_back(
                {SetKernelSetting{name, before->second, value}, "the driver is in: as it was"}
            );
        }
    }
}

void DriverPlanner::append_unloads(PlannedSteps& steps, const std::vector<ModuleName>& going)
    const {
    for (const auto& name : going) {
        steps.push_back({UnloadModule{name}, "the staged driver takes its place"});
    }
    for (const auto& name : config_.driver.replace) {
        if (!contains(going, name)) {
            steps.push_back(
                {UnloadModule{name}, "not loaded when looked at, but udev may have loaded it since"}
            );
        }
    }
}

/// Binds the ports that the in-tree driver has refused, or the others.
void DriverPlanner::append_bind(PlannedSteps& steps, bool refused, const char* reason) const {
    BindFunctions bind{{}, config_.driver.load, refused};
    for (const NetworkFunction* const function : context_.functions) {
        if (refused_by_in_tree_driver(*function, observed_) == refused) {
            bind.functions.push_back(function->address);
        }
    }
    if (!bind.functions.empty()) {
        steps.push_back({std::move(bind), reason});
    }
}

/// Loads the driver's modules first, while no port is bound to them, then binds port by port.
void DriverPlanner::append_driver(PlannedSteps& steps) const {
    const auto functions = addresses(context_.functions);
    if (!functions.empty()) {
        steps.push_back(
            {HoldFunctions{functions}, "the driver is to meet them one by one, once it is loaded"}
        );
    }
    append_loads(steps, Origin::out_of_tree, true);
    append_bind(steps, false, "a port on which the driver hangs must not keep the others");
    append_bind(steps, true, "the in-tree driver refused them, but this one may take them");
    if (!functions.empty()) {
        steps.push_back(
            {expectations(context_), "every port must have its interface before the network starts"}
        );
    }
}

void DriverPlanner::append_loads(PlannedSteps& steps, Origin origin, bool even_if_loaded) const {
    for (const ModuleFile* const file : driver_) {
        if (file->origin == origin) {
            append_load(steps, *file, even_if_loaded);
        }
    }
}

PlannedSteps DriverPlanner::swap_steps(const std::vector<ModuleName>& going) const {
    PlannedSteps steps;
    append_autoload_block(steps);
    append_loads(steps, Origin::in_tree, false);
    steps.push_back(
        {ArmGuard{armed_guard(config_, observed_)},
         "a driver that takes the node down must be known at the next boot"}
    );
    append_window_settings(steps);
    append_unloads(steps, going);
    append_driver(steps);
    append_settings_back(steps);
    append_autoload_unblock(steps);
    return steps;
}

PlannedSteps DriverPlanner::onload_steps(const std::vector<ModuleName>& going, bool swapped) const {
    PlannedSteps steps;
    if (!swapped) {
        for (const auto& name : going) {
            steps.push_back({UnloadModule{name}, "another build is staged"});
        }
    }
    for (const ModuleFile* const file : onload_) {
        append_load(steps, *file, contains(going, file->name));
    }
    return steps;
}

DriverDecision DriverPlanner::decide() {
    auto scope = swap_scope(order_, config_, observed_);
    driver_ = std::move(scope.driver);
    onload_ = std::move(scope.onload);
    const bool swap = scope.swap;
    const auto& going = scope.going;
    DriverDecision decision;
    if (const auto standing = guard_standing(config_, observed_); swap && standing.tripped) {
        decision.blocker = Blocker{ReasonCode::guard, standing.reason};
        return decision;
    }
    if (swap) {
        if (auto lost = no_way_back(context_)) {
            decision.blocker = std::move(lost);
            return decision;
        }
    }
    const bool cuts_network = swap || !going.empty();
    if (cuts_network && !context_.request.live && network_in_use(config_, observed_)) {
        decision.blocker = Blocker{
            ReasonCode::pending_reboot,
            "pending reboot: the network is up, the driver is swapped at the next boot"};
        return decision;
    }
    if (swap) {
        decision.driver = swap_steps(going);
    }
    decision.onload = onload_steps(going, swap);
    return decision;
}

}  // namespace

DriverDecision plan_driver(const PlanContext& context) {
    DriverDecision decision;
    // The swap would hang as well.
    if (auto hung = hung_complaint(context.functions); !hung.empty()) {
        decision.blocker = Blocker{ReasonCode::hung, std::move(hung)};
        return decision;
    }
    if (auto mixed = mixed_set_complaint(context.observed); !mixed.empty()) {
        decision.blocker = Blocker{ReasonCode::previous_set, std::move(mixed)};
        return decision;
    }
    const auto checks = verify(context.config, context.observed);
    if (const Check* const failed = first_failed(checks, true)) {
        decision.blocker = to_blocker(*failed);
        return decision;
    }
    auto order = load_order(context.config.driver.load, context.observed);
    if (!order) {
        decision.blocker = Blocker{ReasonCode::unusable_module, order.error().message};
        return decision;
    }
    decision = DriverPlanner(context, std::move(order->modules)).decide();
    if (const Check* const advice = first_failed(checks, false)) {
        decision.advice = to_blocker(*advice);
    }
    return decision;
}

}  // namespace onload_node
