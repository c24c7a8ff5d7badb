// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

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

/// Why a node is what it is; enumerated for alerts and tests, part of status schema 1. What each
/// means and what to do about it: core/model/reasons.hpp.
enum class ReasonCode {
    as_wanted,
    no_nic,
    switched_off,
    config,                ///< the configuration is wrong
    no_tree,               ///< nothing staged for this kernel
    module_missing,        ///< a needed module is in neither tree
    wrong_kernel,          ///< a staged module was built for another kernel
    unusable_module,       ///< a staged module cannot be read
    busy,                  ///< something else uses the driver that must go
    pending_reboot,        ///< the network is up: the swap waits for the next boot
    pending_apply,         ///< nothing is in the way, but apply has not run
    guard,                 ///< boots died with what is staged, or it is unknown whether they did
    undone,                ///< a step failed and everything was undone
    onload_missing,        ///< the driver is in, Onload's own modules are not
    name_missing,          ///< a port does not have its name
    user_libraries,        ///< the user libraries cannot be offered to containers
    control_plane,         ///< Onload's control plane server cannot run: nothing is accelerated
    time_daemon,           ///< the clock is not kept as configured
    no_driver,             ///< a function has no driver
    unsafe_path,           ///< somebody other than root could change a staged module
    wrong_machine,         ///< a staged module was built for another processor
    symbols,               ///< a staged module needs symbols that are missing or of another version
    ibt,                   ///< a staged module was not built for indirect branch tracking
    signature,             ///< the kernel would not take a module's signature
    pins,                  ///< a staged module is not the pinned one
    port_unclaimed,        ///< the staged driver does not support a port of this node
    stacks_in_use,         ///< applications use the Onload that must go
    virtual_functions,     ///< a port has virtual functions, which a swap would take away
    unknown_parameter,     ///< a configured parameter that the module does not have
    names_not_remembered,  ///< the names of the ports cannot be kept for the next boot
    kernel_refuses,        ///< the kernel was told to refuse a module, or all of them
    hung,                  ///< the kernel does not answer about a port
    storage_over_port,     ///< a disk or a file system is reached over a port
    previous_set,          ///< a set that was confirmed before runs in place of the wanted one
    unreachable,           ///< nothing is reached over the ports, where the last good boot did
    // Of `verify` only: about a kernel that this node does not run yet.
    kernel_unknown,   ///< the kernel to verify for is not in what was given
    several_kernels,  ///< what was given has several kernels, and none is named
    no_symvers,       ///< the symbols of that kernel are not known
    not_pending,      ///< the next boot runs the running kernel again
};

[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::string_view to_string(ReasonCode code);

}  // namespace onload_node
