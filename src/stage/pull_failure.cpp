// SPDX-License-Identifier: BSD-2-Clause
#include "stage/pull_failure.hpp"

#include "base/text.hpp"
#include "stage/selection.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace onload_node {

namespace {

constexpr std::string_view no_answer = "the registry does not answer";
constexpr std::string_view too_often = "the registry is asked too often, and refuses for a while";

/// What a part of podman's complaint means.
struct Meaning {
    std::string_view part;
    ErrorCode code;
    std::string_view text;
};

constexpr std::array<Meaning, 25> meanings = {{
    {"is blocked in", ErrorCode::permission, "registries.conf forbids it"},
    {"x509", ErrorCode::permission, "its certificate is not of an authority known here"},
    {"certificate", ErrorCode::permission, "its certificate is not of an authority known here"},
    {"unauthorized", ErrorCode::permission, "it wants credentials"},
    {"authentication required", ErrorCode::permission, "it wants credentials"},
    {"invalid username/password", ErrorCode::permission, "it wants other credentials"},
    {"denied", ErrorCode::permission, "the credentials have no right to pull it"},
    {"manifest unknown", ErrorCode::not_found, "the registry has no such image"},
    {"name unknown", ErrorCode::not_found, "the registry has no such image"},
    {"repository name not known", ErrorCode::not_found, "the registry has no such image"},
    {"does not match provided manifest digest",
     ErrorCode::mismatch,
     "its content is not what its digest says: it has been changed there"},
    {"no image found in", ErrorCode::mismatch, "it is for other processors"},
    {"no space left", ErrorCode::io, "the disk is full"},
    {"connection refused", ErrorCode::io, no_answer},
    {"i/o timeout", ErrorCode::io, no_answer},
    {"no route to host", ErrorCode::io, no_answer},
    {"network is unreachable", ErrorCode::io, no_answer},
    {"no such host", ErrorCode::io, "the registry's name is not known"},
    {"unexpected EOF", ErrorCode::io, "it ended in the middle"},
    {"toomanyrequests", ErrorCode::io, too_often},
    {"StatusCode: 429", ErrorCode::io, too_often},
    {"StatusCode: 403", ErrorCode::permission, "the registry, or a proxy before it, refuses it"},
    {"StatusCode: 404", ErrorCode::not_found, "the registry has no such image"},
    {"unexpected HTTP status: 5", ErrorCode::io, "the registry fails"},
    {"server gave HTTP response", ErrorCode::permission, "the registry does not speak TLS"},
}};

/// One registry that podman has asked.
struct Attempt {
    std::string reference;  ///< as it was asked for there; "" where only one was asked
    std::string complaint;
};

/// What podman ended with. Before that it logs each try that it repeats, on one line with the line
/// breaks written out.
std::string_view last_error(std::string_view complaint) {
    const auto at = complaint.rfind("\nError: ");
    return at == std::string_view::npos ? complaint : complaint.substr(at + 1);
}

/// "REFERENCE: COMPLAINT"; no reference has a blank.
Attempt attempt_of(std::string_view text) {
    constexpr std::string_view separator = ": ";
    const auto end = std::min(text.find(separator), text.size());
    return {
        std::string(text.substr(0, end)),
        last_line(text.substr(std::min(end + separator.size(), text.size())))};
}

/// Podman names the mirrors first, in one parenthesis, then what was configured: containers/image,
/// docker/docker_image_src.go, newImageSource.
std::vector<Attempt> attempts_in(std::string_view complaint) {
    constexpr std::string_view begin = "(Mirrors also failed: [";
    constexpr std::string_view between = "]\n[";
    constexpr std::string_view end = "]): ";
    const auto from = complaint.find(begin);
    const auto to = complaint.find(end, std::min(from, complaint.size()));
    if (to == std::string_view::npos) {
        return {{"", std::string(complaint)}};
    }
    const auto first = from + begin.size();
    auto mirrors = complaint.substr(first, to - first);
    std::vector<Attempt> attempts;
    for (auto at = mirrors.find(between); at != std::string_view::npos;
         at = mirrors.find(between)) {
        attempts.push_back(attempt_of(mirrors.substr(0, at)));
        mirrors.remove_prefix(at + between.size());
    }
    attempts.push_back(attempt_of(mirrors));
    attempts.push_back(attempt_of(complaint.substr(to + end.size())));
    return attempts;
}

/// Mirrors for tags and for digests are configured apart; whoever has those of one kind looks for
/// the cause everywhere else.
std::string mirrors_to_configure(const Source& source) {
    const bool digest = source.where.find('@') != std::string::npos;
    return compose(
        "; no mirror was asked (those for a {} come from an Image{}MirrorSet)",
        digest ? "digest" : "tag",
        digest ? "Digest" : "Tag"
    );
}

std::string advice_for(const Meaning& meaning, const RegistryAccess& access) {
    if (meaning.text.find("credentials") != std::string_view::npos) {
        return compose(
            "; they are read from {} (--authfile)",
            access.authfile.empty() ? "podman's own auth.json" : access.authfile
        );
    }
    if (meaning.part == "x509" || meaning.part == "certificate") {
        return "; put the authority's into /etc/containers/certs.d/HOST:PORT/ca.crt, or give "
               "--tls-verify=false";
    }
    return "";
}

const Meaning* meaning_of(const std::string& complaint) {
    const auto* const found = std::ranges::find_if(meanings, [&](const Meaning& meaning) {
        return complaint.find(meaning.part) != std::string::npos;
    });
    return found == meanings.end() ? nullptr : found;
}

/// True where a mirror could have helped.
bool out_of_reach(const Meaning& meaning) {
    return meaning.text == no_answer || meaning.part == "no such host" ||
           meaning.part == "is blocked in";
}

/// Why a registry gave nothing, in our words and podman's.
std::string reason_of(const Attempt& attempt, const RegistryAccess& access) {
    const auto* const meaning = meaning_of(attempt.complaint);
    const auto ours =
        meaning == nullptr ? "" : compose("{}{}; ", meaning->text, advice_for(*meaning, access));
    return compose(
        "{}{}{}podman: {}",
        attempt.reference,
        attempt.reference.empty() ? "" : ": ",
        ours,
        last_line(attempt.complaint)
    );
}

}  // namespace

Error explain_pull(
    const Source& source, const RegistryAccess& access, const std::string& complaint
) {
    const auto attempts = attempts_in(last_error(complaint));
    std::string reasons;
    for (const auto& attempt : attempts) {
        append(reasons, "; ", reason_of(attempt, access));
    }
    const auto* const first = meaning_of(attempts.front().complaint);
    if (first != nullptr && attempts.size() == 1 && source.may_be_in_registry() &&
        out_of_reach(*first)) {
        reasons += mirrors_to_configure(source);
    }
    // Registries have a say in it, whoever they are.
    return {
        first == nullptr ? ErrorCode::io : first->code,
        printable(compose("cannot pull {}: {}", source.text, reasons))};
}

}  // namespace onload_node
