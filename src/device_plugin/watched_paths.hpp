// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace onload_node::device_plugin {

/// Tells when one of some paths appears, changes or goes; by inotify, on the directories they are
/// in, or the nearest that is there.
class WatchedPaths final {
public:
    /// ErrorCode::io when the kernel has no more inotify instances for us.
    static Result<WatchedPaths> open();

    /// Watches these from now on, instead of those before. What happens after it returns is
    /// reported, so look at the paths after it. Call it again after every event: directories may
    /// have come or gone.
    void watch(const std::set<std::string>& paths);

    /// Readable when there is something to take.
    [[nodiscard]] int descriptor() const { return inotify_.get(); }

    /// Whether something happened to a watched path since it was asked last. Does not wait.
    [[nodiscard]] bool take_events();

private:
    explicit WatchedPaths(UniqueFd inotify) : inotify_(std::move(inotify)) {}

    [[nodiscard]] bool concerns_us(int watch, const std::string& name) const;

    UniqueFd inotify_;
    std::map<int, std::set<std::string>> names_;  ///< watch -> file names in that directory
};

}  // namespace onload_node::device_plugin
