// SPDX-License-Identifier: BSD-2-Clause
#include "core/verifying/verify.hpp"

#include "app/config/config_file.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/session/node.hpp"
#include "base/text.hpp"
#include "core/model/exit_status.hpp"
#include "run/observe.hpp"

#include <unistd.h>

namespace onload_node {

namespace {

/// The kernel below another root: the one named, or else the only one there.
Result<VerifyTarget> target_below_root(const Command& command, Node& node) {
    if (!command.kernel.empty()) {
        return VerifyTarget{command.kernel, Scope::other_root};
    }
    const auto kernels = node.sensors().trees.kernels("");
    if (kernels.size() != 1) {
        return failure(
            ErrorCode::usage,
            compose(
                "there are {} kernels below {}/lib/modules; say which one with --kernel",
                std::to_string(kernels.size()),
                *command.root
            )
        );
    }
    return VerifyTarget{kernels.front(), Scope::other_root};
}

Result<VerifyTarget> target_of(const Command& command, Node& node) {
    if (command.root) {
        return target_below_root(command, node);
    }
    const auto facts = TRY(node.sensors().host.facts());
    if (command.kernel.empty() || command.kernel == facts.kernel) {
        return VerifyTarget{facts.kernel, Scope::running};
    }
    return VerifyTarget{command.kernel, Scope::other_kernel};
}

}  // namespace

Result<int> verify(const Command& command) {
    if (command.require_pending || !command.modules.empty()) {
        return failure(
            ErrorCode::usage,
            "--require-pending goes with --pending, --modules with --for-release; see "
            "onload-node verify --help"
        );
    }
    const auto config = TRY(load_config(command));
    Node node(command.root.value_or(""), TrustedOwner{command.root ? ::geteuid() : 0});
    const auto target = TRY(target_of(command, node));
    Observed observed;
    TRY(look_for_verify(observed, config, node.sensors(), target));
    const auto checks = verify(config, observed);
    print(command.json ? verify_json(checks, target.kernel) : verify_text(checks, colour_wanted()));
    return first_failed(checks, true) == nullptr ? exit_status::ok : exit_status::in_tree;
}

}  // namespace onload_node
