// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/state.hpp"

namespace onload_node {

std::string_view to_string(State state) {
    switch (state) {
    case State::active:
        return "active";
    case State::degraded:
        return "degraded";
    case State::in_tree:
        return "in-tree";
    case State::idle:
        return "idle";
    case State::off:
        return "off";
    case State::failed:
        return "failed";
    }
    return "failed";
}

ReasonFacts facts_of(ReasonCode code) {  // NOLINT(readability-function-size): a table
    switch (code) {
    case ReasonCode::as_wanted:
        return {"as-wanted", ""};
    case ReasonCode::no_nic:
        return {"no-nic", ""};
    case ReasonCode::switched_off:
        return {"switched-off", ""};
    case ReasonCode::config:
        return {"config", ""};
    case ReasonCode::no_tree:
        return {"no-tree", "stage modules that were built for this kernel, with their modules.dep"};
    case ReasonCode::module_missing:
        return {"module-missing", "stage it too, and run depmod -b on the tree"};
    case ReasonCode::wrong_kernel:
        return {"wrong-kernel", "build it against this kernel's headers"};
    case ReasonCode::unusable_module:
        return {"unusable-module", "stage it again"};
    case ReasonCode::busy:
        return {"busy", "unload it first"};
    case ReasonCode::pending_reboot:
        return {"pending-reboot", ""};
    case ReasonCode::pending_apply:
        return {"pending-apply", ""};
    case ReasonCode::guard:
        return {"guard", ""};
    case ReasonCode::undone:
        return {"undone", ""};
    case ReasonCode::onload_missing:
        return {"onload-missing", ""};
    case ReasonCode::name_missing:
        return {"name-missing", ""};
    case ReasonCode::user_libraries:
        return {"user-libraries", ""};
    case ReasonCode::control_plane:
        return {"control-plane", ""};
    case ReasonCode::time_daemon:
        return {"time-daemon", ""};
    case ReasonCode::no_driver:
        return {"no-driver", ""};
    case ReasonCode::unsafe_path:
        return {
            "unsafe-path",
            "let all of the tree belong to root, without links, writable by root alone"};
    case ReasonCode::wrong_machine:
        return {"wrong-machine", "stage modules for this processor"};
    case ReasonCode::symbols:
        return {"symbols", "build the modules against the kernel that runs them, all together"};
    case ReasonCode::ibt:
        return {
            "ibt",
            "build it with the configuration and the compiler of this kernel, all of its objects; "
            "or boot with ibt=off"};
    case ReasonCode::signature:
        return {
            "signature",
            "sign it with a key that the kernel has (one that another key certified is found by "
            "its identifier only: sign-file -k)"};
    case ReasonCode::pins:
        return {"pins", "stage the pinned file, or pin this one if it is to be trusted"};
    case ReasonCode::port_unclaimed:
        return {"port-unclaimed", "stage a driver that supports this card"};
    case ReasonCode::stacks_in_use:
        return {
            "stacks-in-use",
            "end the applications that run on Onload (onload_stackdump lists them)"};
    case ReasonCode::virtual_functions:
        return {"virtual-functions", "set its sriov_numvfs to 0, or make them after the swap"};
    case ReasonCode::unknown_parameter:
        return {"unknown-parameter", "correct driver.parameters in the configuration"};
    case ReasonCode::names_not_remembered:
        return {"names-not-remembered", ""};
    case ReasonCode::kernel_refuses:
        return {
            "kernel-refuses",
            "take module_blacklist= off the kernel command line, or leave kernel.modules_disabled "
            "at 0"};
    case ReasonCode::hung:
        return {"hung", ""};
    case ReasonCode::storage_over_port:
        return {
            "storage-over-port",
            "let the node reach it over another card, or end its use before the swap"};
    case ReasonCode::previous_set:
        return {"previous-set", ""};
    case ReasonCode::unreachable:
        return {"unreachable", ""};
    case ReasonCode::kernel_unknown:
        return {
            "kernel-unknown",
            "give the OS or driver-toolkit image of the release, its unpacked files, or the folder "
            "of one kernel with its symvers"};
    case ReasonCode::several_kernels:
        return {"several-kernels", "say which one the nodes will run with --kernel"};
    case ReasonCode::no_symvers:
        return {
            "no-symvers",
            "give the release's driver-toolkit image, whose usr/src/kernels/KERNEL/Module.symvers "
            "has them"};
    case ReasonCode::not_pending:
        return {
            "not-pending",
            "verify for the release that the node will be updated to, with --for-release"};
    }
    return {};
}

std::string_view to_string(ReasonCode code) {
    return facts_of(code).word;
}

int exit_status(State state, ReasonCode code) {
    if (code == ReasonCode::config) {
        return 78;
    }
    switch (state) {
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

}  // namespace onload_node
