// SPDX-License-Identifier: BSD-2-Clause
#include "core/guard.hpp"
#include "core/identity.hpp"
#include "core/names.hpp"
#include "core/plan_phases.hpp"

#include <algorithm>

namespace onload_node {

namespace {

using Steps = std::vector<PlannedStep>;

bool contains(const std::vector<ModuleName>& names, const ModuleName& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

/// The first word of a vermagic is the kernel release; the rest are the options that must be the
/// same.
std::string release_of(const std::string& vermagic) {
    return vermagic.substr(0, vermagic.find(' '));
}

std::optional<Blocker> wrong_kernel(const ModuleFile& file, const Observed& observed) {
    const std::string release = release_of(file.vermagic);
    if (release != observed.kernel) {
        return Blocker{
            ReasonCode::wrong_kernel,
            "staged " + file.name.str() + ".ko is for " +
                (release.empty() ? "no known kernel" : release) + ", kernel is " + observed.kernel};
    }
    if (!observed.vermagic.empty() && file.vermagic != observed.vermagic) {
        return Blocker{
            ReasonCode::wrong_kernel,
            "staged " + file.name.str() + ".ko was built with other options (\"" + file.vermagic +
                "\") than the kernel (\"" + observed.vermagic + "\")"};
    }
    return std::nullopt;
}

std::optional<Blocker> tree_blocker(const Observed& observed) {
    const auto& staged = observed.staged;
    if (!staged.problem.empty()) {
        return Blocker{ReasonCode::unusable_module, staged.problem};
    }
    if (!staged.present) {
        return Blocker{
            ReasonCode::no_tree,
            "nothing is staged for kernel " + observed.kernel + " (" + staged.directory +
                "); staged: " + (staged.kernels.empty() ? "none" : join(staged.kernels))};
    }
    return std::nullopt;
}

Blocker to_blocker(const Error& error) {
    return {
        error.code == ErrorCode::not_found ? ReasonCode::module_missing
                                           : ReasonCode::unusable_module,
        error.message};
}

/// Users of the modules that have to go which are neither staged nor the kernel's own: not ours to
/// remove.
std::optional<Blocker> foreign_holder(
    const std::vector<ModuleName>& going,
    const std::vector<ModuleName>& ours,
    const Observed& observed
) {
    for (const auto& name : going) {
        const auto& module = observed.loaded.at(name);
        if (!contains(ours, name) && module.origin == Origin::out_of_tree) {
            return Blocker{
                ReasonCode::busy,
                "module " + name.str() +
                    " uses the driver and is neither staged nor part of the kernel; unload it "
                    "first"};
        }
    }
    return std::nullopt;
}

std::vector<PciAddress> addresses(const std::vector<const NetworkFunction*>& functions) {
    std::vector<PciAddress> list;
    list.reserve(functions.size());
    for (const NetworkFunction* const function : functions) {
        list.push_back(function->address);
    }
    return list;
}

/// One attempt at deciding the driver and Onload phases.
class DriverPlanner {
public:
    DriverPlanner(const PlanContext& context, std::vector<const ModuleFile*> order)
        : config_(context.config)
        , observed_(context.observed)
        , context_(context)
        , order_(std::move(order)) {}

    DriverDecision decide();

private:
    /// Staged modules that the replaced driver needs or is: they are swapped in before the network.
    void split();
    [[nodiscard]] bool driver_as_wanted() const;
    [[nodiscard]] std::vector<ModuleName> to_unload(bool swap) const;
    [[nodiscard]] Steps swap_steps(const std::vector<ModuleName>& going) const;
    /// `swapped`: the driver phase has unloaded `going` already.
    [[nodiscard]] Steps onload_steps(const std::vector<ModuleName>& going, bool swapped) const;
    void append_load(Steps& steps, const ModuleFile& file, bool even_if_loaded) const;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> window_settings() const;
    void append_window_settings(Steps& steps) const;
    void append_settings_back(Steps& steps) const;
    void append_autoload_block(Steps& steps) const;
    void append_autoload_unblock(Steps& steps) const;

    const Config& config_;
    const Observed& observed_;
    const PlanContext& context_;
    std::vector<const ModuleFile*> order_;
    std::vector<const ModuleFile*> driver_;
    std::vector<const ModuleFile*> onload_;
};

void DriverPlanner::split() {
    std::vector<ModuleName> roots;
    for (const auto& name : config_.driver.load) {
        if (contains(config_.driver.replace, name)) {
            roots.push_back(name);
        }
    }
    const auto needed = load_order(roots, observed_);
    for (const ModuleFile* const file : order_) {
        const bool part_of_driver =
            needed && std::find(needed->modules.begin(), needed->modules.end(), file) !=
                          needed->modules.end();
        (part_of_driver ? driver_ : onload_).push_back(file);
    }
}

bool DriverPlanner::driver_as_wanted() const {
    return std::all_of(driver_.begin(), driver_.end(), [&](const ModuleFile* file) {
        return file->origin == Origin::in_tree || loaded_as_wanted(*file, config_, observed_);
    });
}

std::vector<ModuleName> DriverPlanner::to_unload(bool swap) const {
    std::vector<ModuleName> going;
    if (swap) {
        going = config_.driver.replace;
    }
    for (const ModuleFile* const file : order_) {
        const bool stale = file->origin == Origin::out_of_tree &&
                           (swap || !loaded_as_wanted(*file, config_, observed_));
        if (stale && !contains(going, file->name)) {
            going.push_back(file->name);
        }
    }
    return unload_order(going, observed_);
}

void DriverPlanner::append_load(Steps& steps, const ModuleFile& file, bool even_if_loaded) const {
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
                 configured_parameters(config_, file.name)},
             "staged build " + short_build_id(file.build_id) +
                 (file.version.empty() ? std::string() : ", version " + file.version)}
        );
    }
}

void DriverPlanner::append_autoload_block(Steps& steps) const {
    if (context_.functions.empty()) {
        return;
    }
    std::string rules = "# Written by onload-node for the moment of the swap: udev loads no driver "
                        "for these functions.\n";
    for (const NetworkFunction* const function : context_.functions) {
        rules += "SUBSYSTEM==\"pci\", KERNEL==\"" + function->address.to_string() +
                 "\", ENV{MODALIAS}=\"\"\n";
    }
    steps.push_back(
        {WriteFile{std::string(names::autoload_rules), rules},
         "udev must not load the in-tree driver during the swap"}
    );
    steps.push_back({ReloadUdev{}, "udevd must know the rule now"});
}

void DriverPlanner::append_autoload_unblock(Steps& steps) const {
    if (context_.functions.empty()) {
        return;
    }
    steps.push_back({RemoveFile{std::string(names::autoload_rules)}, "the swap is over"});
    steps.push_back({ReloadUdev{}, "udevd must forget the rule now"});
}

/// What the kernel is to do while a driver may hang or break it: reboot, so that the guard decides.
/// With the usual settings such a node stays dead.
std::vector<std::pair<std::string, std::string>> DriverPlanner::window_settings() const {
    using namespace std::chrono;
    // Our own limit comes first; this is for a node on which not even we can go on.
    const auto hang = duration_cast<seconds>(config_.limits.probe) + seconds(10);
    return {
        {"kernel.panic", "5"},
        {"kernel.panic_on_oops", "1"},
        {"kernel.hung_task_timeout_secs", std::to_string(hang.count())},
        {"kernel.hung_task_panic", "1"},
    };
}

void DriverPlanner::append_window_settings(Steps& steps) const {
    for (const auto& [name, value] : window_settings()) {
        const auto now = observed_.kernel_settings.find(name);
        if (now != observed_.kernel_settings.end() && now->second != value) {
            steps.push_back(
                {SetKernelSetting{name, value, ""},
                 "a kernel that the driver breaks must reboot, not stand still"}
            );
        }
    }
}

void DriverPlanner::append_settings_back(Steps& steps) const {
    for (const auto& [name, value] : window_settings()) {
        const auto before = observed_.kernel_settings.find(name);
        if (before != observed_.kernel_settings.end() && before->second != value) {
            steps.push_back(
                {SetKernelSetting{name, before->second, value}, "the driver is in: as it was"}
            );
        }
    }
}

Steps DriverPlanner::swap_steps(const std::vector<ModuleName>& going) const {
    Steps steps;
    append_autoload_block(steps);
    for (const ModuleFile* const file : driver_) {
        if (file->origin == Origin::in_tree) {
            append_load(steps, *file, false);
        }
    }
    steps.push_back(
        {ArmGuard{armed_guard(config_, observed_)},
         "a driver that takes the node down must be known at the next boot"}
    );
    append_window_settings(steps);
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
    const auto functions = addresses(context_.functions);
    if (!functions.empty()) {
        steps.push_back(
            {HoldFunctions{functions}, "the driver is to meet them one by one, once it is loaded"}
        );
    }
    for (const ModuleFile* const file : driver_) {
        if (file->origin == Origin::out_of_tree) {
            append_load(steps, *file, true);
        }
    }
    if (!functions.empty()) {
        steps.push_back(
            {BindFunctions{functions, config_.driver.load},
             "a port on which the driver hangs must not keep the others"}
        );
        steps.push_back(
            {AwaitPorts{expectations(context_)},
             "every port must have its interface before the network starts"}
        );
    }
    append_settings_back(steps);
    append_autoload_unblock(steps);
    return steps;
}

Steps DriverPlanner::onload_steps(const std::vector<ModuleName>& going, bool swapped) const {
    Steps steps;
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
    split();
    DriverDecision decision;
    const bool swap = !driver_as_wanted();
    const auto going = to_unload(swap);
    std::vector<ModuleName> ours = config_.driver.replace;
    for (const ModuleFile* const file : order_) {
        ours.push_back(file->name);
    }
    if (auto holder = foreign_holder(going, ours, observed_)) {
        decision.blocker = std::move(holder);
        return decision;
    }
    if (const auto standing = guard_standing(config_, observed_); swap && standing.tripped) {
        decision.blocker = Blocker{ReasonCode::guard, standing.reason};
        return decision;
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
    const Observed& observed = context.observed;
    DriverDecision blocked;
    if (blocked.blocker = tree_blocker(observed); blocked.blocker) {
        return blocked;
    }
    auto order = load_order(context.config.driver.load, observed);
    if (!order) {
        blocked.blocker = to_blocker(order.error());
        return blocked;
    }
    for (const ModuleFile* const file : order->modules) {
        if (file->origin == Origin::out_of_tree) {
            if (blocked.blocker = wrong_kernel(*file, observed); blocked.blocker) {
                return blocked;
            }
        }
    }
    return DriverPlanner(context, std::move(order->modules)).decide();
}

}  // namespace onload_node
