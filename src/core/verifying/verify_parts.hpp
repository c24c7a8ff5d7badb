// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/text.hpp"
#include "core/verifying/verify.hpp"

#include <optional>
#include <vector>

/// The parts of verify, one file each. Nothing else includes this.
namespace onload_node {

/// The input of the checks.
struct VerifyContext {
    const Config& config;
    const Observed& observed;
    std::vector<const ModuleFile*> order = {};   ///< what would be loaded; empty when unknown
    std::vector<const ModuleFile*> staged = {};  ///< its staged ones, or all that were read
};

/// Collects verdicts.
class Verdicts final {
public:
    /// What went wrong. The advice is the reason's own unless given here.
    struct Failure {
        CheckId id;
        ReasonCode code;
        std::string_view subject;
        bool mandatory = true;
        std::optional<std::string_view> advice = std::nullopt;
    };

    void fail(const Failure& failure, std::string_view text);

    /// The verdict of a check that did not fail.
    void settle(CheckId id, Verdict verdict, std::string_view text, bool mandatory = true);

    std::vector<Check> take() { return std::move(checks_); }

private:
    std::vector<Check> checks_;
};

void verify_symbols(const VerifyContext& context, Verdicts& verdicts);
void verify_signatures(const VerifyContext& context, Verdicts& verdicts);
void verify_pins(const VerifyContext& context, Verdicts& verdicts);
void verify_ports(const VerifyContext& context, Verdicts& verdicts);

/// Checks whether the modules loaded now can be removed.
void verify_way_out(const VerifyContext& context, Verdicts& verdicts);

}  // namespace onload_node
