// SPDX-License-Identifier: BSD-2-Clause
#include "stage/selection.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr std::string_view modules_prefix = "opt/lib/modules/";
constexpr std::string_view user_prefix = "opt/onload";
/// Where images have programs, in order of preference.
constexpr std::string_view program_folders[] = {
    "usr/local/sbin/", "usr/sbin/", "sbin/", "usr/local/bin/", "usr/bin/", "bin/"};
/// Links directly below a kernel's directory that lead to the node's own files.
constexpr std::string_view node_links[] = {"kernel", "build", "source", "host"};

tl::unexpected<Error> refused(const ArchiveEntry& entry, const std::string& why) {
    return failure(ErrorCode::mismatch, compose("refused: \"{}\" {}", entry.path, why));
}

/// The path without "./", "//" and a final '/'.
Result<std::string> normalised(const ArchiveEntry& entry, std::string_view path) {
    if (path.starts_with('/')) {
        return refused(entry, compose("has an absolute path: {}", path));
    }
    std::string result;
    while (!path.empty()) {
        const auto name = take_until(path, "/");
        if (name == "..") {
            return refused(entry, "has \"..\" in its path");
        }
        if (name.find('\0') != std::string_view::npos) {
            return refused(entry, "has a zero byte in its path");
        }
        if (!name.empty() && name != ".") {
            result += compose("{}{}", result.empty() ? "" : "/", name);
        }
    }
    return result;
}

bool is_program(std::string_view name) {
    return contains(paths::staged_programs, name);
}

/// The name of the program at a path; "" if it is none of ours.
std::string_view program_at(std::string_view path) {
    for (const auto folder : program_folders) {
        if (path.starts_with(folder) && is_program(path.substr(folder.size()))) {
            return path.substr(folder.size());
        }
    }
    return "";
}

Place place_of_path(std::string_view path) {
    if (path.starts_with(modules_prefix)) {
        auto rest = path.substr(modules_prefix.size());
        const std::string kernel(take_until(rest, "/"));
        return {Part::modules, kernel, std::string(rest)};
    }
    if (path == user_prefix) {
        return {Part::user, "", ""};
    }
    if (path.starts_with(user_prefix) && path[user_prefix.size()] == '/') {
        return {Part::user, "", std::string(path.substr(user_prefix.size() + 1))};
    }
    const auto program = program_at(path);
    return program.empty() ? Place() : Place{Part::program, "", std::string(program)};
}

/// How many directories the path has above its last name.
std::ptrdiff_t depth_of(std::string_view path) {
    return std::ranges::count(path, '/');
}

Result<void> check_hard_link(const ArchiveEntry& entry, const Place& place) {
    const auto target = TRY(normalised(entry, entry.target));
    const auto other = place_of_path(target);
    if (other.part != place.part || other.kernel != place.kernel || other.path.empty()) {
        return refused(entry, compose("is a hard link out of its tree, to {}", entry.target));
    }
    return {};
}

/// True if a link at `path`, relative to the top of a tree, cannot lead out of the tree.
bool stays_below(std::string_view path, std::string_view target) {
    if (target.empty() || target.starts_with('/')) {
        return false;
    }
    // ".." only at the beginning: after the name of another link it would lead to the parent of
    // that link's target.
    std::ptrdiff_t depth = depth_of(path);
    bool down = false;
    while (!target.empty()) {
        const auto name = take_until(target, "/");
        const bool up = name == "..";
        depth -= up ? 1 : 0;
        if (up && (down || depth < 0)) {
            return false;
        }
        down = down || (!up && !name.empty() && name != ".");
    }
    return true;
}

}  // namespace

std::vector<std::string> selected_paths() {
    std::vector<std::string> paths = {
        std::string(modules_prefix.substr(0, modules_prefix.size() - 1)), std::string(user_prefix)};
    for (const auto folder : program_folders) {
        for (const auto program : paths::staged_programs) {
            paths.push_back(compose("{}{}", folder, program));
        }
    }
    return paths;
}

Result<Place> place_of(const ArchiveEntry& entry) {
    const auto path = TRY(normalised(entry, entry.path));
    auto place = place_of_path(path);
    // In an image a program or its folder may be a link: neither is taken.
    if (place.part == Part::program && entry.kind != EntryKind::file &&
        entry.kind != EntryKind::hard_link) {
        return Place();
    }
    // Next to the kernels' directories nothing is ours.
    if (place.part == Part::modules && place.path.empty() && entry.kind != EntryKind::directory) {
        return Place();
    }
    if (place.part != Part::none && entry.kind == EntryKind::other) {
        return refused(entry, "is a device, a fifo, a socket or a sparse file");
    }
    return place;
}

bool is_link_to_node(const ArchiveEntry& entry, const Place& place) {
    return place.part == Part::modules && entry.kind == EntryKind::link &&
           entry.target.starts_with('/') && contains(node_links, place.path);
}

Result<void> check_link(const ArchiveEntry& entry, const Place& place) {
    if (entry.kind == EntryKind::hard_link) {
        return check_hard_link(entry, place);
    }
    return stays_below(place.path, entry.target)
               ? Result<void>()
               : refused(
                     entry, compose("is a link that leads out of its tree, to {}", entry.target)
                 );
}

bool is_module_file(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    return name.ends_with(".ko") || name.ends_with(".ko.xz") || name.ends_with(".ko.zst") ||
           name.ends_with(".ko.gz");
}

std::string_view program_in_user_tree(std::string_view path) {
    return program_at(path);
}

}  // namespace onload_node
