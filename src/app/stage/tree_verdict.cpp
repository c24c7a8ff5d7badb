// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/tree_verdict.hpp"

#include "base/concat.hpp"
#include "core/verifying/verify.hpp"
#include "run/observe.hpp"

namespace onload_node {

Result<TreeVerdict> tree_verdict(
    const Config& config, const Sensors& sensors, const std::string& kernel, bool below_root
) {
    if (!sensors.trees.open("", kernel)->present()) {
        return TreeVerdict{
            TreeVerdict::Kind::not_checkable, concat({"kernel ", kernel, " is not installed"})};
    }
    const VerifyTarget target{kernel, below_root ? Scope::other_root : Scope::other_kernel};
    const auto observed = TRY(observe_for_verify(config, sensors, target));
    const auto checks = verify(config, observed);
    const Check* const failed = first_failed(checks, true);
    if (failed == nullptr) {
        return TreeVerdict{TreeVerdict::Kind::passed, ""};
    }
    return TreeVerdict{
        TreeVerdict::Kind::failed,
        failed->advice.empty() ? failed->text : concat({failed->text, "; ", failed->advice})};
}

}  // namespace onload_node
