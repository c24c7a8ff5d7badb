// SPDX-License-Identifier: BSD-2-Clause
#include "stage/image.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/pull_failure.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
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

/// As much as a program's output is kept; what is as long may be cut off.
constexpr std::size_t most_output = std::size_t{64} * 1024;
/// What podman writes in the place of a name.
constexpr const char* nameless = "<none>:<none>";
/// A name that an image has while it is here by us.
constexpr const char* mark = "localhost/onload-node-stage:pulled";

/// The name that podman gives to what unpack_oci_archive has unpacked; newer ones give it none.
std::string layout_name() {
    return compose("localhost{}:latest", paths::pull_layout);
}

std::vector<std::string> pull_words(const Source& source, const RegistryAccess& access) {
    std::vector<std::string> words = {"podman", "pull", "--quiet"};
    if (source.may_be_in_registry()) {
        if (access.tls_verify) {
            words.emplace_back(*access.tls_verify ? "--tls-verify=true" : "--tls-verify=false");
        }
        if (!access.authfile.empty()) {
            words.push_back("--authfile=" + access.authfile);
        }
    }
    words.push_back(source.podman_name());
    return words;
}

/// What podman writes; no word of the command has a blank. The error begins with `what`.
Result<std::string>
podman(Programs& programs, std::string_view command, std::string_view what = "") {
    const auto words = words_of(command);
    auto end = TRY(programs.run({words.begin(), words.end()}, short_limit));
    if (end.status != 0) {
        return failure(ErrorCode::io, compose("{}: podman: {}", what, last_line(end.complaint)));
    }
    return std::move(end.output);
}

/// For what may fail: nothing depends on it.
void try_podman(Programs& programs, std::string_view command) {
    static_cast<void>(podman(programs, command));
}

/// For what takes something away: who tells us to end cuts off what runs then, and nothing later.
void insist_on(Programs& programs, std::string_view command) {
    if (!podman(programs, command)) {
        try_podman(programs, command);
    }
}

void remove_container(Programs& programs) {
    insist_on(programs, compose("podman rm --force --ignore {}", container));
}

/// The images that podman has, a line "sha256:ID=NAME" for each name; an image without one is
/// called "<none>:<none>".
Result<std::string> images(Programs& programs) {
    return podman(programs, "podman images --no-trunc --format {{.ID}}={{.Repository}}:{{.Tag}}");
}

/// The names of an image among those lines.
std::vector<std::string> names_of(std::string_view lines, const std::string& id) {
    const std::string begin = compose("sha256:{}=", id);
    std::vector<std::string> names;
    while (!lines.empty()) {
        const auto line = take_until(lines, "\n");
        if (line.starts_with(begin)) {
            names.emplace_back(line.substr(begin.size()));
        }
    }
    return names;
}

/// Removes an image that we have brought. Somebody may use it meanwhile; then it stays.
void remove_image(Programs& programs, const std::string& id) {
    insist_on(programs, compose("podman untag {} {}", id, mark));
    insist_on(programs, compose("podman rmi {}", id));
}

/// Whether a line of images() is of one that a pull of `source` may have brought: by a name of the
/// reference's or of ours, or without one. Others pull at the same time, as the kubelet does.
bool may_be_of(const Source& source, std::string_view line) {
    const auto at = line.find('=');
    const auto name = line.substr(at == std::string_view::npos ? line.size() : at + 1);
    const std::string_view where = source.where;
    const auto digest = std::min(where.find('@'), where.size());
    const auto slash = where.rfind('/', digest);
    const auto tag = where.find(':', slash == std::string_view::npos ? 0 : slash);
    const auto repository = where.substr(0, std::min(digest, tag));
    const bool ours = source.may_be_in_registry() && name.starts_with(repository) &&
                      name.substr(repository.size()).starts_with(':');
    return ours || name == nameless || name == layout_name();
}

/// A pull that was cut off may have come to its end: podman has the image then, and has not told
/// which. `before`: the lines of images(). One that is in use stays.
void remove_what_came(Programs& programs, const Source& source, const std::string& before) {
    const auto now = images(programs);
    if (!now || now->size() >= most_output) {
        return;
    }
    std::string_view rest = *now;
    while (!rest.empty()) {
        const auto line = take_until(rest, "\n");
        const auto id = line.substr(0, line.find('='));
        if (before.find(id) == std::string::npos && may_be_of(source, line)) {
            insist_on(programs, compose("podman rmi {}", id));
        }
    }
}

/// The image of a name; "" if there is none.
std::string image_named(Programs& programs, std::string_view name) {
    return last_line(
        podman(programs, compose("podman images --quiet --no-trunc {}", name)).value_or("")
    );
}

/// What a killed run has brought, and podman has not come to name, is no image from before.
std::string without_nameless(std::string_view before, std::string_view earlier) {
    std::string lines;
    while (!before.empty()) {
        const auto line = take_until(before, "\n");
        const bool unknown = earlier.find(line) == std::string_view::npos;
        if (!unknown || !line.ends_with(nameless)) {
            lines += compose("{}\n", line);
        }
    }
    return lines;
}

/// What the next run needs to know of a pull if this one is killed: the reference, empty for what
/// is in no registry, and below it the images from before. `earlier`: the note of a killed run.
std::string note_of(const Source& source, const std::string& before, const std::string& earlier) {
    return before.size() >= most_output
               ? ""
               : compose(
                     "{}\n{}",
                     source.may_be_in_registry() ? source.where : "",
                     earlier.empty() ? before : without_nameless(before, earlier)
                 );
}

/// Whether a killed run has brought the image, by its names now: they are podman's, or none.
bool is_left(
    const std::string& earlier, const std::string& id, const std::vector<std::string>& names
) {
    const bool came = !earlier.empty() && earlier.find(id) == std::string::npos;
    return came && !names.empty() && std::ranges::all_of(names, [](const std::string& name) {
               return name == nameless || name == layout_name();
           });
}

/// By its name, and nothing else: much may have come since.
void remove_what_is_noted(Programs& programs, std::string_view note) {
    const auto where = take_until(note, "\n");
    if (where.empty()) {
        return;
    }
    const auto inspected =
        podman(programs, compose("podman image inspect --format {} {}", "{{.Id}}", where));
    const auto id = last_line(inspected.value_or(""));
    const bool came = !id.empty() && note.find(id) == std::string_view::npos;
    // One without a name is found by the digest in the reference, but not removed by that.
    if (came && !podman(programs, compose("podman rmi {}", where))) {
        insist_on(programs, compose("podman rmi {}", id));
    }
}

/// Removes what a killed run has left, whether it came to marking it or not.
void remove_what_is_left(Programs& programs, const std::string& note) {
    remove_container(programs);
    if (const auto id = image_named(programs, mark); !id.empty()) {
        remove_image(programs, id);
    }
    // By its name: the image may have been there before, and then it has another one.
    if (!image_named(programs, layout_name()).empty()) {
        insist_on(programs, compose("podman rmi {}", layout_name()));
    }
    remove_what_is_noted(programs, note);
}

/// Makes sure that there is podman, and nothing of a killed run.
Result<void> prepare(Programs& programs, const Source& source, const PullNote* note) {
    if (!programs.available("podman")) {
        return failure(
            ErrorCode::not_found,
            compose(
                "{} is an image, and there is no podman here; stage a tar archive or a directory",
                source.text
            )
        );
    }
    remove_what_is_left(programs, note == nullptr ? "" : note->left());
    return {};
}

}  // namespace

Result<PulledImage> PulledImage::get(
    Programs& programs, const Source& source, const RegistryAccess& access, PullNote* note
) {
    TRY(prepare(programs, source, note));
    PulledImage image(programs, source.where);
    image.stored_ = source.may_be_stored() &&
                    podman(programs, compose("podman image exists {}", source.where)).has_value();
    if (!image.stored_) {
        TRY(image.pull(source, access, note));
    }
    TRY(image.unpack(source));
    return image;
}

Result<void> PulledImage::pull(const Source& source, const RegistryAccess& access, PullNote* note) {
    if (source.kind == SourceKind::stored) {
        return failure(
            ErrorCode::not_found, compose("{}: podman's storage has no such image", source.text)
        );
    }
    // Without it nobody would know what the pull has brought, and it would stay.
    const auto before = images(*programs_);
    if (!before) {
        return failure("cannot pull " + source.text, before.error());
    }
    const auto earlier = note == nullptr ? std::string() : note->left();
    if (note != nullptr) {
        note->keep(note_of(source, *before, earlier));
    }
    const auto pulled = programs_->run(pull_words(source, access), pull_limit);
    if (!pulled) {
        remove_what_came(*programs_, source, *before);
        return failure("cannot pull " + source.text, pulled.error());
    }
    if (pulled->status != 0) {
        return tl::unexpected(explain_pull(source, access, pulled->complaint));
    }
    id_ = last_line(pulled->output);
    compare(*before, earlier);
    return {};
}

/// Finds out what of the image is new, by the lines of images() from before, and by the note of an
/// earlier run that was killed.
void PulledImage::compare(const std::string& before, const std::string& earlier) {
    const auto names = names_of(before, id_);
    names_ = names_of(images(*programs_).value_or(""), id_);
    // One that has no name, not even now, was left by a run that was killed before it could mark
    // it.
    const bool left = (names == names_ && names == std::vector<std::string>{nameless}) ||
                      is_left(earlier, id_, names);
    // What does not tell of all images may leave ours out: it stays.
    was_there_ = !left && (!names.empty() || before.size() >= most_output);
    if (!was_there_) {
        try_podman(*programs_, compose("podman tag {} {}", id_, mark));
        return;
    }
    std::erase_if(names_, [&](const std::string& name) { return contains(names, name); });
}

Result<void> PulledImage::unpack(const Source& source) {
    constexpr const char* wanted = "{{.Digest}}={{.Size}}";
    const auto inspected =
        podman(*programs_, compose("podman image inspect --format {} {}", wanted, id_));
    const auto told = last_line(inspected.value_or(""));
    std::string_view size = told;
    digest_ = take_until(size, "=");
    std::from_chars(size.data(), size.data() + size.size(), size_);
    // It is never started; an image without a command of its own has to be given one.
    const auto created = podman(
        *programs_,
        compose(
            "podman create --pull=never --name {} --network none {} {}", container, id_, container
        ),
        compose("cannot unpack {}", source.text)
    );
    return created ? Result<void>() : tl::unexpected(created.error());
}

PulledImage::PulledImage(PulledImage&& other) noexcept
    : programs_(std::exchange(other.programs_, nullptr))
    , id_(std::move(other.id_))
    , digest_(std::move(other.digest_))
    , size_(other.size_)
    , stored_(other.stored_)
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
        insist_on(*programs_, compose("podman untag {} {}", id_, name));
    }
}

Result<std::unique_ptr<ByteStream>> PulledImage::files() {
    return programs_->stream({"podman", "export", container}, export_limit);
}

}  // namespace onload_node
