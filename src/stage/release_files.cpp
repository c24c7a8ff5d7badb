// SPDX-License-Identifier: BSD-2-Clause
#include "stage/release_files.hpp"

#include "base/text.hpp"
#include "core/model/kernel_release.hpp"
#include "stage/selection.hpp"

namespace onload_node {

namespace {

constexpr std::string_view toolkit_file = "etc/driver-toolkit-release.json";

/// The path without "./" or "/" in front; "" if a part of it would lead elsewhere.
std::string_view plain(std::string_view path) {
    while (path.starts_with("./") || path.starts_with('/')) {
        path.remove_prefix(path.front() == '/' ? 1 : 2);
    }
    std::string_view rest = path;
    while (!rest.empty()) {
        const auto part = take_until(rest, "/");
        if (part.empty() || part == "." || part == "..") {
            return {};
        }
    }
    return path;
}

bool cut(std::string_view& path, std::string_view prefix) {
    const bool there = path.starts_with(prefix);
    path.remove_prefix(there ? prefix.size() : 0);
    return there;
}

/// What is below the folder of a kernel's modules.
bool is_of_modules(std::string_view path) {
    const bool top = path.find('/') == std::string_view::npos;
    return (top && (path.starts_with("modules.") || path.starts_with("symvers") || path == "config")
           ) ||
           is_module_file(path);
}

bool is_of_boot(std::string_view name) {
    return name.find('/') == std::string_view::npos &&
           (name.starts_with("symvers-") || name.starts_with("config-"));
}

}  // namespace

std::string release_path(std::string_view path) {
    path = plain(path);
    if (path == toolkit_file) {
        return std::string(path);
    }
    if (std::string_view name = path; cut(name, "boot/")) {
        return is_of_boot(name) ? std::string(path) : "";
    }
    std::string_view rest = path;
    const bool modules = cut(rest, "usr/lib/modules/") || cut(rest, "lib/modules/");
    const bool headers = !modules && cut(rest, "usr/src/kernels/");
    const auto below = rest;
    const auto kernel = take_until(rest, "/");
    if ((!modules && !headers) || rest.empty() || !is_kernel_release(kernel)) {
        return {};
    }
    if (modules) {
        return is_of_modules(rest) ? compose("lib/modules/{}", below) : "";
    }
    return rest == "Module.symvers" || rest == ".config" ? std::string(path) : "";
}

Result<void> ReleaseFiles::take_entry(const ArchiveEntry& entry, EntrySource& image) {
    auto path = release_path(entry.path);
    if (path.empty()) {
        return {};
    }
    if (entry.kind == EntryKind::file) {
        taken_[std::string(plain(entry.path))] = path;
        return area_.write_file(path, false, image);
    }
    if (entry.kind != EntryKind::hard_link) {
        return {};
    }
    const std::string target(plain(entry.target));
    if (const auto known = taken_.find(target); known != taken_.end()) {
        return area_.make_hard_link(path, known->second);
    }
    links_[target].push_back(std::move(path));
    return {};
}

Result<void> ReleaseFiles::take(EntrySource& image) {
    ArchiveEntry entry;
    for (;;) {
        const auto more = TRY(image.next(entry));
        if (!more) {
            return {};
        }
        TRY(take_entry(entry, image));
    }
}

Result<void> ReleaseFiles::take_missing(EntrySource& image) {
    ArchiveEntry entry;
    while (missing()) {
        const auto more = TRY(image.next(entry));
        if (!more) {
            return {};
        }
        const auto found = links_.find(std::string(plain(entry.path)));
        if (found == links_.end() || entry.kind != EntryKind::file) {
            continue;
        }
        const auto paths = std::move(found->second);
        links_.erase(found);
        TRY(area_.write_file(paths.front(), false, image));
        for (std::size_t i = 1; i < paths.size(); ++i) {
            TRY(area_.make_hard_link(paths[i], paths.front()));
        }
    }
    return {};
}

}  // namespace onload_node
