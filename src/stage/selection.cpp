// SPDX-License-Identifier: BSD-2-Clause
#include "stage/selection.hpp"

#include "base/text.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace onload_node {

namespace {

constexpr std::string_view modules_prefix = "opt/lib/modules/";
constexpr std::string_view user_prefix = "opt/onload";
/// Where images have programs, in order of preference.
constexpr std::string_view program_folders[] = {
    "usr/local/sbin/", "usr/sbin/", "sbin/", "usr/local/bin/", "usr/bin/", "bin/"};

/// Where else an image has what we take, for a link leads there.
struct Layout {
    std::string_view there;
    std::string_view here;
};

constexpr Layout layouts[] = {
    // ostree's systems, RHCOS among them: bootc-dev/bootc, docs/src/filesystem.md.
    {"var/opt/", "opt/"},
    {"var/usrlocal/", "usr/local/"},
    // rpm-ostree, of packages: coreos/rpm-ostree#233.
    {"usr/lib/opt/", "opt/"},
    // OpenShift's documents on KMM, "Symbolic links for in-tree dependencies".
    {"opt/usr/lib/", "opt/lib/"},
};
/// The modules of an image's own system, for which `stage` is no way.
constexpr std::string_view system_modules[] = {"usr/lib/modules/", "lib/modules/"};
/// How the names of Onload's modules begin.
constexpr std::string_view our_modules[] = {"sfc", "onload", "xilinx_efct"};
constexpr std::string_view system_libraries[] = {
    "usr/lib64/libonload.so", "usr/lib/libonload.so", "lib64/libonload.so", "lib/libonload.so"};
/// Links directly below a kernel's directory that lead to the node's own files, wherever these are.
constexpr std::string_view node_links[] = {"kernel", "build", "source", "host"};

bool is_control(char character) {
    return static_cast<unsigned char>(character) < ' ' || character == '\x7f';
}

tl::unexpected<Error> refused(const ArchiveEntry& entry, const std::string& why) {
    return failure(ErrorCode::mismatch, printable(compose("refused: \"{}\" {}", entry.path, why)));
}

/// The path without "./", "//" and a final '/'.
Result<std::string> normalised(const ArchiveEntry& entry, std::string_view path) {
    if (std::ranges::any_of(path, is_control)) {
        return refused(entry, "has a control character in its path");
    }
    if (path.starts_with('/')) {
        return refused(entry, compose("has an absolute path: {}", path));
    }
    std::string result;
    while (!path.empty()) {
        const auto name = take_until(path, "/");
        if (name == "..") {
            return refused(entry, "has \"..\" in its path");
        }
        if (!name.empty() && name != ".") {
            append(result, "/", name);
        }
    }
    return result;
}

/// The path by which we know what an image may have in another place, too.
std::string usual(const std::string& path) {
    for (const auto& layout : layouts) {
        if (path.starts_with(layout.there)) {
            return usual(compose("{}{}", layout.here, path.substr(layout.there.size())));
        }
    }
    return path;
}

bool is_program(std::string_view name) {
    return contains(paths::staged_programs, name);
}

/// The number of the folder that the program at a path is in, and its name; "" if it is none.
std::pair<std::size_t, std::string_view> program_at(std::string_view path) {
    std::size_t rank = 0;
    for (const auto folder : program_folders) {
        if (path.starts_with(folder) && is_program(path.substr(folder.size()))) {
            return {rank, path.substr(folder.size())};
        }
        ++rank;
    }
    return {rank, ""};
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
    const auto [rank, program] = program_at(path);
    return program.empty() ? Place() : Place{Part::program, "", std::string(program), rank};
}

/// Modules that somebody has built for the image's own system, not those of its kernel.
bool is_module_of_system(std::string_view path) {
    const auto name = file_name(path);
    return std::ranges::any_of(
               system_modules, [&](auto folder) { return path.starts_with(folder); }
           ) &&
           path.find("/kernel/") == std::string_view::npos && is_module_file(name) &&
           std::ranges::any_of(our_modules, [&](auto begin) { return name.starts_with(begin); });
}

bool is_program_elsewhere(const ArchiveEntry& entry, std::string_view path) {
    return entry.executable && is_program(file_name(path)) && !path.starts_with("etc/") &&
           !path.starts_with("usr/share/");
}

/// Why an entry that is none of ours looks like it: "" if it does not look so.
std::string_view why_not_ours(const ArchiveEntry& entry, std::string_view path) {
    if (entry.kind == EntryKind::directory || entry.kind == EntryKind::other) {
        return "";
    }
    if (is_module_of_system(path)) {
        return "modules are taken from opt/lib/modules/KERNEL";
    }
    if (contains(system_libraries, path)) {
        return "libraries are taken from opt/onload";
    }
    return is_program_elsewhere(entry, path)
               ? "programs are taken from sbin/ and bin/ below /, /usr, /usr/local and /opt/onload"
               : "";
}

/// Whether an entry can be what its place is for.
bool fits(const ArchiveEntry& entry, const Place& place) {
    if (place.part == Part::program) {
        // In an image a program or its folder may be a link: neither is taken.
        return entry.kind == EntryKind::file || entry.kind == EntryKind::hard_link;
    }
    // Next to the kernels' directories nothing is ours.
    return place.part != Part::modules || !place.path.empty() || entry.kind == EntryKind::directory;
}

/// How many directories the path has above its last name.
std::ptrdiff_t depth_of(std::string_view path) {
    return std::ranges::count(path, '/');
}

Result<void> check_hard_link(const ArchiveEntry& entry, const Place& place) {
    const auto target = TRY(normalised(entry, entry.target));
    const auto other = place_of_path(usual(target));
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

/// The target from the root on, where that root cannot be left: what a container would find there.
std::string from_root(std::string_view link, std::string_view target) {
    std::vector<std::string_view> names;
    const auto go = [&](std::string_view path) {
        while (!path.empty()) {
            const auto name = take_until(path, "/");
            if (name == ".." && !names.empty()) {
                names.pop_back();
            } else if (name != ".." && !name.empty() && name != ".") {
                names.push_back(name);
            }
        }
    };
    if (!target.starts_with('/')) {
        go(link.substr(0, std::min(link.rfind('/'), link.size())));
    }
    go(target);
    return joined(names, "/");
}

/// Whether a path from the root on is that of the node's modules for the kernel, or below; also as
/// a container has it that is given the node's root as /host.
bool is_of_node(std::string_view path, const std::string& kernel) {
    constexpr std::string_view host = "host/";
    path.remove_prefix(path.starts_with(host) ? host.size() : 0);
    for (const auto folder : system_modules) {
        const auto own = compose("{}{}/", folder, kernel);
        if (compose("{}/", path).starts_with(own)) {
            return true;
        }
    }
    return false;
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
    const auto usual_paths = paths.size();
    for (const auto& layout : layouts) {
        for (std::size_t i = 0; i < usual_paths; ++i) {
            if (paths[i].starts_with(layout.here)) {
                paths.push_back(compose("{}{}", layout.there, paths[i].substr(layout.here.size())));
            }
        }
    }
    for (const auto folder : system_modules) {
        paths.emplace_back(folder.substr(0, folder.size() - 1));
    }
    paths.insert(paths.end(), std::begin(system_libraries), std::end(system_libraries));
    return paths;
}

Result<Place> place_of(const ArchiveEntry& entry) {
    const auto path = TRY(normalised(entry, entry.path));
    auto place = place_of_path(usual(path));
    if (place.part == Part::none || !fits(entry, place)) {
        return Place();
    }
    if (place.part == Part::modules && !place.kernel.empty() && !is_kernel_release(place.kernel)) {
        return refused(entry, compose("is below \"{}\", which is no kernel's name", place.kernel));
    }
    if (entry.kind == EntryKind::other) {
        return refused(
            entry,
            "is a device, a fifo, a socket or a sparse file (tar writes none without --sparse)"
        );
    }
    return place;
}

std::string_view why_left_out(const ArchiveEntry& entry) {
    const auto path = normalised(entry, entry.path).value_or("");
    switch (place_of_path(usual(path)).part) {
    case Part::none:
        return why_not_ours(entry, path);
    case Part::modules:
        return "this is no folder of a kernel";
    default:
        return entry.kind == EntryKind::link ? "this is a link" : "this is no plain file";
    }
}

bool is_link_to_node(const ArchiveEntry& entry, const Place& place) {
    if (place.part != Part::modules || entry.kind != EntryKind::link) {
        return false;
    }
    return (entry.target.starts_with('/') && contains(node_links, place.path)) ||
           is_of_node(from_root(entry.path, entry.target), place.kernel);
}

Result<void> check_link(const ArchiveEntry& entry, const Place& place) {
    if (entry.kind == EntryKind::hard_link) {
        return check_hard_link(entry, place);
    }
    const bool shown = std::ranges::none_of(entry.target, is_control);
    return shown && stays_below(place.path, entry.target)
               ? Result<void>()
               : refused(
                     entry, compose("is a link that leads out of its tree, to {}", entry.target)
                 );
}

bool is_module_file(std::string_view path) {
    return path.ends_with(".ko") || path.ends_with(".ko.xz") || path.ends_with(".ko.zst") ||
           path.ends_with(".ko.gz");
}

bool is_unread_module(std::string_view path) {
    const auto end = path.rfind('.');
    return end != std::string_view::npos && path.substr(0, end).ends_with(".ko") &&
           path.find('/', end) == std::string_view::npos && !is_module_file(path);
}

std::string printable(std::string_view text) {
    std::string result(text);
    std::ranges::replace_if(result, is_control, '?');
    return result;
}

std::string_view program_in_user_tree(std::string_view path) {
    return program_at(path).second;
}

}  // namespace onload_node
