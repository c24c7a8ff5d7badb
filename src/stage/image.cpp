// SPDX-License-Identifier: BSD-2-Clause
#include "stage/image.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
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

/// A name that an image has while it is here by us.
constexpr const char* mark = "localhost/onload-node-stage:pulled";

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
    if (source.may_be_in_registry()) {
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

constexpr std::string_view id_prefix = "sha256:";

/// The images that podman has, a line "sha256:ID NAME" for each name; one without a name has
/// "<none>:<none>". Nothing if they cannot be told, or are too many.
std::optional<std::vector<std::string>> images(Programs& programs) {
    constexpr std::size_t most_output = std::size_t{64} * 1024;
    const auto end = programs.run(
        {"podman", "images", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"},
        short_limit
    );
    if (!end || end->status != 0 || end->output.size() >= most_output) {
        return std::nullopt;
    }
    std::vector<std::string> lines;
    for (std::string_view rest = end->output; !rest.empty();) {
        lines.emplace_back(take_until(rest, "\n"));
    }
    return lines;
}

/// The names of an image among those lines.
std::vector<std::string> names_of(const std::vector<std::string>& lines, const std::string& id) {
    const std::string begin = compose("{}{} ", id_prefix, id);
    std::vector<std::string> names;
    for (const auto& line : lines) {
        if (line.starts_with(begin)) {
            names.push_back(line.substr(begin.size()));
        }
    }
    return names;
}

bool exists(Programs& programs, const std::string& name) {
    const auto end = programs.run({"podman", "image", "exists", name}, short_limit);
    return end && end->status == 0;
}

/// Removes an image that we have brought. Somebody may use it meanwhile; then it stays.
void remove_image(Programs& programs, const std::string& id) {
    static_cast<void>(programs.run({"podman", "untag", id, mark}, short_limit));
    static_cast<void>(programs.run({"podman", "rmi", id}, short_limit));
}

/// Makes sure that there is podman, and nothing of a killed run.
Result<void> prepare(Programs& programs, const Source& source) {
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
    if (exists(programs, mark)) {
        const auto id = TRY(podman(
            programs,
            "cannot look at what a killed run has left",
            {"podman", "image", "inspect", "--format", "{{.Id}}", mark}
        ));
        remove_image(programs, id);
    }
    return {};
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

Result<std::optional<PulledImage>> PulledImage::stored(Programs& programs, const Source& source) {
    TRY(prepare(programs, source));
    if (!exists(programs, source.where)) {
        return std::nullopt;
    }
    PulledImage image(programs, source.where);
    TRY(image.unpack(source));
    return image;
}

Result<PulledImage>
PulledImage::pull(Programs& programs, const Source& source, const RegistryAccess& access) {
    TRY(prepare(programs, source));
    const auto before = images(programs);
    const auto pulled = programs.run(pull_words(source, access), pull_limit);
    if (!pulled) {
        return failure("cannot pull " + source.text, pulled.error());
    }
    if (pulled->status != 0) {
        return tl::unexpected(explain_pull(source, access, pulled->complaint));
    }
    PulledImage image(programs, last_line(pulled->output));
    if (before) {
        const auto names = names_of(*before, image.id_);
        image.was_there_ = !names.empty();
        const auto now = images(programs).value_or(std::vector<std::string>());
        image.names_ = names_of(now, image.id_);
        std::erase_if(image.names_, [&](const std::string& name) { return contains(names, name); });
    }
    if (!image.was_there_) {
        static_cast<void>(programs.run({"podman", "tag", image.id_, mark}, short_limit));
    }
    TRY(image.unpack(source));
    return image;
}

Result<void> PulledImage::unpack(const Source& source) {
    const auto digest = podman(
        *programs_,
        "cannot look at " + source.text,
        {"podman", "image", "inspect", "--format", "{{.Digest}}", id_}
    );
    digest_ = digest.value_or("");
    // It is never started; an image without a command of its own has to be given one.
    const auto created = podman(
        *programs_,
        "cannot unpack " + source.text,
        {"podman",
         "create",
         "--pull=never",
         "--name",
         container,
         "--network",
         "none",
         id_,
         container}
    );
    return created ? Result<void>() : tl::unexpected(created.error());
}

PulledImage::PulledImage(PulledImage&& other) noexcept
    : programs_(std::exchange(other.programs_, nullptr))
    , id_(std::move(other.id_))
    , digest_(std::move(other.digest_))
    , was_there_(other.was_there_)
    , names_(std::move(other.names_)) {}

PulledImage::~PulledImage() {
    if (programs_ == nullptr) {
        return;
    }
    remove_container(*programs_);
    if (!was_there_) {
        remove_image(*programs_, id_);
        return;
    }
    // `podman rmi ID` would remove an image with one name together with that name.
    for (const auto& name : names_) {
        static_cast<void>(programs_->run({"podman", "untag", id_, name}, short_limit));
    }
}

Result<std::unique_ptr<ByteStream>> PulledImage::files() {
    return programs_->stream({"podman", "export", container}, export_limit);
}

}  // namespace onload_node
