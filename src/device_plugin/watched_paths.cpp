// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/watched_paths.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <sys/inotify.h>
#include <unistd.h>

namespace onload_node::device_plugin {

namespace {

constexpr unsigned interesting = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM |
                                 IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                 IN_ONLYDIR;

}  // namespace

Result<WatchedPaths> WatchedPaths::open() {
    UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify.valid()) {
        return failure(
            ErrorCode::io,
            compose(
                "inotify: {} (fs.inotify.max_user_instances?)",
                std::generic_category().message(errno)
            )
        );
    }
    return WatchedPaths(std::move(inotify));
}

void WatchedPaths::watch(const std::set<std::string>& paths) {
    std::map<int, std::set<std::string>> wanted;
    for (std::filesystem::path path : paths) {
        // Go up to the nearest directory that exists; "/" always does.
        while (path.has_relative_path()) {
            const auto directory = path.parent_path();
            const int watch = ::inotify_add_watch(inotify_.get(), directory.c_str(), interesting);
            if (watch >= 0) {
                wanted[watch].insert(path.filename());
                break;
            }
            path = directory;
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

}  // namespace onload_node::device_plugin
