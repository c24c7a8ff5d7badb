// SPDX-License-Identifier: BSD-2-Clause
#include "stage/image.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node {

namespace {

constexpr Milliseconds pull_limit = std::chrono::minutes(30);
constexpr Milliseconds export_limit = std::chrono::minutes(30);
constexpr Milliseconds short_limit = std::chrono::minutes(2);
/// Always the same name: what a killed run has left is found by it.
constexpr const char* container = "onload-node-stage";

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of(" \n\r\t") + 1;
    const auto begin = text.rfind('\n', end == 0 ? 0 : end - 1);
    return begin == std::string::npos ? text.substr(0, end)
                                      : text.substr(begin + 1, end - begin - 1);
}

/// What a part of podman's complaint means.
struct Meaning {
    std::string_view part;
    ErrorCode code;
    std::string_view text;
};

constexpr std::array<Meaning, 14> meanings = {{
    {"x509", ErrorCode::permission, "its certificate is not of an authority known here"},
    {"certificate", ErrorCode::permission, "its certificate is not of an authority known here"},
    {"unauthorized", ErrorCode::permission, "it wants credentials"},
    {"authentication required", ErrorCode::permission, "it wants credentials"},
    {"invalid username/password", ErrorCode::permission, "it wants other credentials"},
    {"denied", ErrorCode::permission, "the credentials have no right to pull it"},
    {"manifest unknown", ErrorCode::not_found, "the registry has no such image"},
    {"name unknown", ErrorCode::not_found, "the registry has no such image"},
    {"repository name not known", ErrorCode::not_found, "the registry has no such image"},
    {"no space left", ErrorCode::io, "the disk is full"},
    {"connection refused", ErrorCode::io, "the registry does not answer"},
    {"no such host", ErrorCode::io, "the registry's name is not known"},
    {"unexpected EOF", ErrorCode::io, "it ended in the middle"},
    {"server gave HTTP response", ErrorCode::permission, "the registry does not speak TLS"},
}};

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

std::vector<std::string> pull_words(const Source& source, const RegistryAccess& access) {
    std::vector<std::string> words = {"podman", "pull", "--quiet"};
    if (source.kind == SourceKind::image) {
        words.emplace_back(access.tls_verify ? "--tls-verify=true" : "--tls-verify=false");
        if (!access.authfile.empty()) {
            words.push_back("--authfile=" + access.authfile);
        }
    }
    words.push_back(source.podman_name());
    return words;
}

/// Runs podman for something that has no reason to fail.
Result<std::string>
podman(Programs& programs, const std::string& what, const std::vector<std::string>& words) {
    const auto end = TRY(programs.run(words, short_limit));
    if (end.status != 0) {
        return failure(ErrorCode::io, compose("{}: podman: {}", what, last_line(end.complaint)));
    }
    return last_line(end.output);
}

void remove_container(Programs& programs) {
    static_cast<void>(programs.run({"podman", "rm", "--force", "--ignore", container}, short_limit)
    );
}

bool is_there(Programs& programs, const std::string& name) {
    const auto end = programs.run({"podman", "image", "exists", name}, short_limit);
    return end && end->status == 0;
}

}  // namespace

Error explain_pull(
    const Source& source, const RegistryAccess& access, const std::string& complaint
) {
    const auto found = std::ranges::find_if(meanings, [&](const Meaning& meaning) {
        return complaint.find(meaning.part) != std::string::npos;
    });
    if (found == meanings.end()) {
        return {
            ErrorCode::io,
            compose("cannot pull {}: podman: {}", source.text, last_line(complaint))};
    }
    return {
        found->code,
        compose(
            "cannot pull {}: {}{}; podman: {}",
            source.text,
            found->text,
            advice_for(*found, access),
            last_line(complaint)
        )};
}

Result<PulledImage>
PulledImage::pull(Programs& programs, const Source& source, const RegistryAccess& access) {
    if (!programs.available("podman")) {
        return failure(
            ErrorCode::not_found,
            compose(
                "{} is an image, and there is no podman here; stage a tar archive or a directory",
                source.text
            )
        );
    }
    remove_container(programs);
    const bool was_there = source.kind == SourceKind::image && is_there(programs, source.where);
    const auto pulled = programs.run(pull_words(source, access), pull_limit);
    if (!pulled) {
        return failure("cannot pull " + source.text, pulled.error());
    }
    if (pulled->status != 0) {
        return tl::unexpected(explain_pull(source, access, pulled->complaint));
    }
    PulledImage image(programs, last_line(pulled->output), was_there);
    const auto digest = podman(
        programs,
        "cannot look at " + source.text,
        {"podman", "image", "inspect", "--format", "{{.Digest}}", image.id_}
    );
    image.digest_ = digest.value_or("");
    // It is never started; an image without a command of its own has to be given one.
    const auto created = podman(
        programs,
        "cannot unpack " + source.text,
        {"podman", "create", "--name", container, "--network", "none", image.id_, container}
    );
    return created ? Result<PulledImage>(std::move(image)) : tl::unexpected(created.error());
}

PulledImage::PulledImage(PulledImage&& other) noexcept
    : programs_(std::exchange(other.programs_, nullptr))
    , id_(std::move(other.id_))
    , digest_(std::move(other.digest_))
    , was_there_(other.was_there_) {}

PulledImage::~PulledImage() {
    if (programs_ == nullptr) {
        return;
    }
    remove_container(*programs_);
    if (!was_there_) {
        // Somebody may use it meanwhile; then it stays.
        static_cast<void>(programs_->run({"podman", "rmi", id_}, short_limit));
    }
}

Result<std::unique_ptr<ByteStream>> PulledImage::files() {
    return programs_->stream({"podman", "export", container}, export_limit);
}

}  // namespace onload_node
