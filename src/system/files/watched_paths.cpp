// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/watched_paths.hpp"

#include "base/text.hpp"
#include "system/refusal.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <sys/inotify.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr unsigned interesting = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM |
                                 IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                 IN_ONLYDIR;

/// More links on the way to a path than the kernel follows (path_resolution(7)).
constexpr int most_links = 40;

/// Directory -> names in it.
using Names = std::map<std::string, std::set<std::string>>;

/// Takes the first part off a path.
std::filesystem::path first_part(std::filesystem::path& path) {
    auto part = path.begin();
    std::filesystem::path first = *part;
    std::filesystem::path rest;
    for (++part; part != path.end(); ++part) {
        rest /= *part;
    }
    path = std::move(rest);
    return first;
}

/// Adds what decides where the path leads: its own entry, or the first that is missing, and each
/// link on the way.
void add_entries(Names& names, const std::string& path) {
    std::filesystem::path directory = "/";
    std::filesystem::path rest = std::filesystem::path(path).lexically_normal().relative_path();
    for (int links = 0; !rest.empty() && links < most_links;) {
        const auto part = first_part(rest);
        const auto entry = (directory / part).lexically_normal();
        std::error_code error;
        const auto target = std::filesystem::read_symlink(entry, error);
        const bool link = !error;
        if (!link && !rest.empty() && std::filesystem::exists(entry, error)) {
            directory = entry;
            continue;
        }
        names[directory].insert(part);
        if (!link) {
            return;
        }
        ++links;
        directory = target.is_absolute() ? std::filesystem::path("/") : directory;
        rest = target.relative_path() / rest;
    }
}

std::string unwatched(const std::string& directory, int error) {
    return error == ENOSPC ? compose("{}: fs.inotify.max_user_watches is reached", directory)
                           : refusal(directory, error);
}

}  // namespace

WatchedPaths::WatchedPaths() : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (!inotify_.valid()) {
        problem_ = refusal("inotify", errno) + " (fs.inotify.max_user_instances?)";
    }
}

void WatchedPaths::watch(const std::set<std::string>& paths) {
    if (!inotify_.valid()) {
        return;
    }
    Names entries;
    for (const auto& path : paths) {
        add_entries(entries, path);
    }
    problem_.clear();
    std::map<int, std::set<std::string>> wanted;
    for (const auto& [directory, names] : entries) {
        const int watch = ::inotify_add_watch(inotify_.get(), directory.c_str(), interesting);
        if (watch >= 0) {
            wanted[watch].insert(names.begin(), names.end());
        } else {
            append(problem_, "; ", unwatched(directory, errno));
        }
    }
    for (const auto& [watch, names] : names_) {
        if (!wanted.contains(watch)) {
            ::inotify_rm_watch(inotify_.get(), watch);
        }
    }
    names_ = std::move(wanted);
}

bool WatchedPaths::concerns_us(int watch, const std::string& name) const {
    const auto found = names_.find(watch);
    // An event without a name is about the directory itself, a removed watch or lost events.
    return name.empty() || (found != names_.end() && found->second.contains(name));
}

bool WatchedPaths::take_events() {
    alignas(inotify_event) std::array<char, 8192> buffer = {};
    bool ours = false;
    for (;;) {
        const auto size = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (size <= 0) {
            return ours;  // EAGAIN: no more events
        }
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            inotify_event event = {};
            std::memcpy(&event, &buffer[at], sizeof event);
            const char* const name = &buffer[at] + sizeof event;
            ours = concerns_us(event.wd, event.len > 0 ? std::string(name) : std::string()) || ours;
            at += sizeof event + event.len;
        }
    }
}

}  // namespace onload_node
