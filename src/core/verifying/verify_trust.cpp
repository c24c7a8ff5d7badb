// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/formats/pins.hpp"
#include "core/model/paths.hpp"
#include "core/verifying/verify_parts.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// Whether a key, "SUBJECT: IDENTIFIER: ALGORITHM" in /proc/keys, may be the one that made the
/// signature. A key that signs modules is usually self-signed, so its subject is the issuer that
/// the signature names; the kernel writes an organisation before a name, "ORGANISATION: NAME".
bool is_key_of(const ModuleSignature& signature, std::string_view key) {
    const auto algorithm = key.rfind(": ");
    const auto rest = key.substr(0, algorithm);
    const auto colon = rest.rfind(": ");
    if (algorithm == std::string_view::npos || colon == std::string_view::npos) {
        return false;
    }
    const auto identifier = rest.substr(colon + 2);
    const auto subject = trimmed(rest.substr(0, colon));
    const auto& signer = signature.signer;
    return (!signature.key_id.empty() && identifier == signature.key_id) ||
           (!signer.empty() && (subject == signer || subject.ends_with(": " + signer)));
}

bool key_known(const ModuleSignature& signature, const std::vector<std::string>& keys) {
    return std::ranges::any_of(keys, [&](const std::string& key) {
        return is_key_of(signature, key);
    });
}

/// Why the kernel would refuse the signature. `by` says what demands one; empty if nothing does.
std::string signature_complaint(
    const ModuleSignature& signature, const VerifyContext& context, std::string_view by
) {
    // The kernel refuses a damaged signature even where it accepts unsigned modules.
    if (signature.state == ModuleSignature::State::damaged) {
        return " has a damaged signature";
    }
    if (by.empty()) {
        return {};
    }
    if (signature.state == ModuleSignature::State::none) {
        return compose(" is not signed, and {} demands it", by);
    }
    const auto& keys = context.observed.signatures.keys;
    if (keys && !key_known(signature, *keys)) {
        return compose(
            " is signed by {} ({}), which is not among this node's keys, and {} demands one of "
            "them",
            signature.signer.empty() ? signature.key_id : signature.signer,
            signature.hash,
            by
        );
    }
    return {};
}

std::string_view signature_verdict(const VerifyContext& context, std::string_view by) {
    const auto& observed = context.observed;
    if (by.empty()) {
        return observed.scope == Scope::other_root ? "no running kernel to ask what it demands"
                                                   : "the kernel demands no signatures";
    }
    return observed.signatures.keys ? "signed by known keys"
                                    : "signed, but the kernel's keys are shown to root only";
}

/// The path as pins write it: below lib/modules/.
std::string_view pinned_path(const ModuleFile& file, const VerifyContext& context) {
    const auto below = context.config.driver.tree.size() + paths::in_tree_modules.size() + 1;
    const auto at =
        file.path.find(context.config.driver.tree + std::string(paths::in_tree_modules));
    return std::string_view(file.path).substr(at == std::string::npos ? 0 : at + below);
}

std::string pin_complaint(const ModuleFile& file, const VerifyContext& context, const Pins& pins) {
    const auto path = pinned_path(file, context);
    const auto& name = context.config.driver.pins;
    bool listed = false;
    for (const auto& [pinned, digest] : pins) {
        if (pinned != path) {
            continue;
        }
        listed = true;
        if (digest != file.sha256) {
            return compose("{} has SHA-256 {}, {} demands {}", path, file.sha256, name, digest);
        }
    }
    return listed ? std::string() : compose("{} is not listed in {}", path, name);
}

void verify_against(const Pins& pins, const VerifyContext& context, Verdicts& verdicts) {
    for (const ModuleFile* const file : context.staged) {
        if (const auto text = pin_complaint(*file, context, pins); !text.empty()) {
            verdicts.fail({CheckId::pins, ReasonCode::pins, file->name.str()}, text);
        }
    }
    verdicts.settle(CheckId::pins, Verdict::passed, context.config.driver.pins);
}

}  // namespace

void verify_signatures(const VerifyContext& context, Verdicts& verdicts) {
    const auto& policy = context.observed.signatures;
    const std::string_view by = context.config.driver.signature == SignatureCheck::always
                                    ? "driver.signature"
                                    : std::string_view(policy.enforced_by);
    for (const ModuleFile* const file : context.staged) {
        if (const auto text = signature_complaint(file->signature, context, by); !text.empty()) {
            verdicts.fail(
                {CheckId::signature, ReasonCode::signature, file->name.str()}, file->path + text
            );
        }
    }
    const bool unknown =
        by.empty() ? context.observed.scope == Scope::other_root : !policy.keys.has_value();
    verdicts.settle(
        CheckId::signature,
        unknown ? Verdict::not_checkable : Verdict::passed,
        signature_verdict(context, by)
    );
}

void verify_pins(const VerifyContext& context, Verdicts& verdicts) {
    const auto& file = context.observed.pins;
    const auto& path = context.config.driver.pins;
    if (file.problem.empty() && !file.exists) {
        verdicts.settle(CheckId::pins, Verdict::passed, "nothing is pinned: no file " + path);
        return;
    }
    auto pins = file.problem.empty() ? parse_pins(file.text, path)
                                     : Result<Pins>(failure(ErrorCode::io, file.problem));
    if (pins) {
        verify_against(*pins, context, verdicts);
    } else {
        verdicts.fail(
            {CheckId::pins, ReasonCode::pins, path, true, "write the file as sha256sum does"},
            pins.error().message
        );
    }
}

}  // namespace onload_node
