// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"
#include "core/model/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace onload_node {

/// What a node is, or is to become. The values and their spelling are part of status schema 1.
enum class State {
    active,    ///< out-of-tree driver on, everything as wanted
    degraded,  ///< out-of-tree driver on, something secondary is not as wanted
    in_tree,   ///< in-tree driver although the out-of-tree one is wanted
    idle,      ///< no Solarflare function
    off,       ///< switched off on the kernel command line
    failed,    ///< a function has no driver: must not happen
};

/// Why a node is what it is; enumerated for alerts and tests, part of status schema 1.
enum class ReasonCode {
    as_wanted,
    no_nic,
    switched_off,
    config,             ///< the configuration is wrong
    no_tree,            ///< nothing staged for this kernel
    module_missing,     ///< a needed module is in neither tree
    wrong_kernel,       ///< a staged module was built for another kernel
    unusable_module,    ///< a staged module cannot be read
    busy,               ///< something else uses the driver that must go
    pending_reboot,     ///< the network is up: the swap waits for the next boot
    pending_apply,      ///< nothing is in the way, apply has not run
    guard,              ///< boots died with what is staged, or nobody knows whether
    undone,             ///< a step failed, all was taken back
    onload_missing,     ///< the driver is in, Onload's own modules are not
    name_missing,       ///< a port does not have its name
    control_plane,      ///< Onload's control plane server cannot run: nothing is accelerated
    time_daemon,        ///< the clock is not kept as configured
    no_driver,          ///< a function has no driver
    unsafe_path,        ///< somebody other than root could change a staged module
    wrong_machine,      ///< a staged module was built for another processor
    symbols,            ///< a staged module needs symbols that are not there, or of another version
    signature,          ///< the kernel would not take a module's signature
    pins,               ///< a staged module is not the pinned one
    port_unclaimed,     ///< the staged driver does not carry a port of this node
    stacks_in_use,      ///< applications run on the Onload that must go
    virtual_functions,  ///< a port has virtual functions, which a swap would take away
    unknown_parameter,  ///< a configured parameter that the module does not have
    names_not_remembered,  ///< the names of the ports cannot be kept for the next boot
};

/// A step and the reason for it, in words for an administrator.
struct PlannedStep {
    Step step;
    std::string reason;
};

/// Phases run in this order. A failure inside one takes back that phase; what follows depends on
/// the phase.
enum class PhaseName {
    names,   ///< .link files; a failure stops the swap: the other driver would name the ports
             ///< otherwise
    driver,  ///< the swap; a failure ends the apply on the in-tree driver
    onload,  ///< Onload's modules; a failure leaves the driver in and the node degraded
    time,    ///< hand-over of the clock; a failure gives it back and leaves the node degraded
};

struct Phase {
    PhaseName name;
    std::vector<PlannedStep> steps;
};

/// Why the driver is not swapped although it is wanted, or what is wrong with one that is on.
struct Blocker {
    ReasonCode code;
    std::string reason;
};

struct Plan {
    State goal = State::active;  ///< what the node is when every step has worked
    ReasonCode code = ReasonCode::as_wanted;
    std::string reason;         ///< one sentence; why this goal and no better one
    std::vector<Phase> phases;  ///< empty phases are left out
    std::optional<Blocker> advice = std::nullopt;  ///< keeps an active node `degraded`

    [[nodiscard]] bool empty() const { return phases.empty(); }
};

struct PlanRequest {
    bool live = false;  ///< a person allows a swap although the network is up
};

/// The only brain: what has to be done so that the observed node becomes what the configuration
/// asks for, each step with its reason. Pure: same input, same plan.
[[nodiscard]] Plan
make_plan(const Config& config, const Observed& observed, const PlanRequest& request);

/// What is left to do for the names, once a plan has been carried out: the swap has shown ports
/// that were not to be seen before. Empty unless a file for udev changes.
[[nodiscard]] Plan names_left(Plan plan);

/// The functions that onload-node may touch: those without a driver_override and without a foreign
/// driver, physical ones only.
[[nodiscard]] std::vector<const NetworkFunction*>
managed_functions(const Config& config, const Observed& observed);

/// True when a swap would cut a network off that is in use: the network has been started and a
/// managed interface is up, or a pod has it.
[[nodiscard]] bool network_in_use(const Config& config, const Observed& observed);

[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::string_view to_string(ReasonCode code);
[[nodiscard]] std::string_view to_string(PhaseName name);

}  // namespace onload_node
