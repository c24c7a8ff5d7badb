// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/next_boot.hpp"

#include "base/text.hpp"
#include "core/modules/load_order.hpp"
#include "core/planning/guard.hpp"
#include "core/planning/previous_set.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace onload_node {

namespace {

/// The next boot has the arguments of this one, unless somebody changes them meanwhile.
constexpr std::string_view off_advice =
    "take it out of the kernel arguments, and boot without it before";

Check kept_out(ReasonCode code, std::string text, std::string_view advice) {
    return {
        CheckId::next_boot, Verdict::failed, true, "", std::move(text), std::string(advice), code};
}

void verify_arguments(const Config& config, const Observed& observed, std::vector<Check>& checks) {
    if (observed.boot_switch != BootSwitch::normal) {
        checks.push_back(kept_out(
            ReasonCode::switched_off,
            compose(
                "onload_node={} is on the kernel command line", to_string(observed.boot_switch)
            ),
            off_advice
        ));
    }
    const auto order = load_order(config.driver.load, observed);
    if (!order) {
        return;
    }
    for (const ModuleFile* const file : order->modules) {
        if (auto refusal = blacklist_complaint(observed, file->name); !refusal.empty()) {
            checks.push_back(kept_out(ReasonCode::kernel_refuses, std::move(refusal), off_advice));
        }
    }
}

}  // namespace

std::vector<Check> verify_next_boot(const Config& config, const Observed& observed) {
    std::vector<Check> checks;
    verify_arguments(config, observed, checks);
    if (const auto standing = guard_standing(config, observed); standing.tripped) {
        checks.push_back(kept_out(ReasonCode::guard, standing.reason, ""));
    }
    if (auto half = mixed_set_complaint(observed); !half.empty()) {
        checks.push_back(kept_out(ReasonCode::previous_set, std::move(half), ""));
    }
    if (const auto& problem = observed.control_plane_problem; !problem.empty()) {
        checks.push_back(kept_out(ReasonCode::control_plane, problem, ""));
    }
    if (checks.empty()) {
        checks.push_back(
            {CheckId::next_boot,
             Verdict::passed,
             true,
             "",
             "neither the kernel command line nor the boot guard keeps it out",
             "",
             ReasonCode::as_wanted}
        );
    }
    return checks;
}

}  // namespace onload_node
