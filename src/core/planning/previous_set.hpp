// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/planning/plan.hpp"

#include <optional>
#include <string>

/// The set that was confirmed before, which a node tries before the in-tree driver.
///
/// How the set in place can fail a node, and where that leads:
/// - its driver takes the node down, or nothing is reached: the guard counts the boots. At its
///   limit the next boot has the set before in place, and the guard counts that one, too.
/// - its driver hangs or breaks the kernel: nothing is tried in that boot. The guard has tripped,
///   so the next boot goes straight to the set before.
/// - its driver does not load, or takes no port: it is undone, counted, and the set before is
///   tried in the same boot. At the guard's limit it is not tried again.
/// - its driver is in, but a module of Onload does not load: the same. The swap is from one
///   out-of-tree driver to the other, before the network starts.
/// - its files were confirmed, but with other parameters: those stand in first, for a boot, or at
///   the guard's limit until the configuration changes. No file is touched.
/// - what was undone is not quite undone, or a module of the in-tree driver cannot go: the set
///   before could do no better. In-tree.
/// - the set before is not whole, or is refused by the pins or another check: in-tree, and said so.
/// - the power fails while it is put in place: the next boot finishes that first.
/// - it fails as well: in-tree. There is no third one.
namespace onload_node {

/// A kept set to put in place, and why.
struct SetMove {
    std::string digest;
    std::string why;
    bool parameters = false;  ///< it is in place: only the parameters of its confirmation stand in
};

/// What failed in an apply, and was undone.
struct FailedPart {
    std::string why;
    bool onload = false;  ///< Onload's own modules; the driver of the same set is on
};

/// What has to be in place before the plan is made: what was about to be put there, or the wanted
/// set, if another one has stood in for it and it has not failed too often.
[[nodiscard]] std::optional<SetMove>
set_to_restore(const Config& config, const Observed& observed, const PlanRequest& request);

/// The set to try now that the guard does not allow the one in place. Nothing if there is none that
/// may be tried in this boot.
[[nodiscard]] std::optional<SetMove>
set_before_guard(const Config& config, const Observed& observed, const PlanRequest& request);

/// The set to try after a part of the one in place has failed.
[[nodiscard]] std::optional<SetMove> set_before_failure(
    const Config& config,
    const Observed& observed,
    const PlanRequest& request,
    const FailedPart& failed
);

/// What stands in for what is wanted, why, and what to do; empty if nothing does.
[[nodiscard]] std::string previous_set_reason(const Config& config, const Observed& observed);

/// Why the set before could not be put in place, to follow another reason; empty if it could, or
/// was not tried.
[[nodiscard]] std::string no_previous_set(const Observed& observed);

/// Why nothing that is in place may be loaded: it may be of two sets. Empty if it is of one.
[[nodiscard]] std::string mixed_set_complaint(const Observed& observed);

}  // namespace onload_node
