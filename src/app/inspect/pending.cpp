// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node.hpp"
#include "app/session/node_kernels.hpp"
#include "base/text.hpp"
#include "core/model/exit_status.hpp"
#include "core/planning/next_boot.hpp"
#include "run/observe.hpp"
#include "system/modules/kmod_trees.hpp"

#include <utility>

#include <unistd.h>

namespace onload_node {

namespace {

tl::unexpected<Error> unknown(const Command& command, const NodeKernels& kernels) {
    constexpr std::string_view way_out = "; name the kernel with --kernel instead of --pending";
    if (!kernels.problem.empty()) {
        return failure(ErrorCode::mismatch, compose("{}{}", kernels.problem, way_out));
    }
    return failure(
        ErrorCode::not_found,
        compose(
            "nothing {} tells which kernel the next boot runs (boot loader entries in "
            "/boot/loader/entries, the link /vmlinuz){}",
            command.root ? "below " + *command.root : "on this node",
            way_out
        )
    );
}

}  // namespace

Result<int> verify_pending(const Command& command) {
    if (!command.kernel.empty() || !command.modules.empty()) {
        return failure(
            ErrorCode::usage,
            "verify --pending takes neither --kernel nor --modules; see onload-node verify --help"
        );
    }
    const auto config = TRY(load_config(command));
    const TrustedOwner trusted{command.root ? ::geteuid() : 0};
    Node node(command.root.value_or(""), trusted);
    const auto kernels = node_kernels(command, node.sensors());
    if (!kernels) {
        return tl::unexpected(kernels.error());
    }
    if (!kernels->next) {
        return unknown(command, *kernels);
    }
    const DeploymentTrees trees(node.sensors().trees, kernels->next, trusted);
    // The modules loaded now do not matter: the next boot begins without them.
    const VerifyTarget target{
        kernels->next->release, command.root ? Scope::other_root : Scope::other_kernel};
    Observed observed;
    TRY(look_for_verify(observed, config, with_trees(node.sensors(), trees), target));
    TRY(look_for_next_boot(observed, config, node.sensors()));
    auto checks = verify(config, observed);
    for (auto& check : verify_next_boot(config, observed)) {
        checks.push_back(std::move(check));
    }
    if (command.require_pending) {
        checks.insert(checks.begin(), verify_is_pending(*kernels->next, kernels->running));
    }
    print(
        command.json ? pending_json(checks, *kernels->next, kernels->running)
                     : pending_text(checks, *kernels->next, kernels->running, colour_wanted())
    );
    return first_failed(checks, true) == nullptr ? exit_status::ok : exit_status::in_tree;
}

}  // namespace onload_node
