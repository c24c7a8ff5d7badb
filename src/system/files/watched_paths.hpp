// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"

#include <map>
#include <set>
#include <string>

namespace onload_node {

/// Tells when one of some paths appears, changes or goes. It uses inotify on the directory of each
/// path, or on the nearest directory above that exists, and on the directory of each link on the
/// way.
class WatchedPaths final {
public:
    WatchedPaths();

    /// Watches these paths from now on, and no others. Look at the paths after this call: every
    /// change from then on is reported. Call it again after every event, because directories may
    /// have come or gone.
    void watch(const std::set<std::string>& paths);

    /// What the kernel does not let us watch, and why; "" if every change is reported. Otherwise
    /// look every now and then.
    [[nodiscard]] const std::string& problem() const { return problem_; }

    /// Readable when there are events to take; -1 if the kernel gives us no inotify.
    [[nodiscard]] int descriptor() const { return inotify_.get(); }

    /// Whether something happened to a watched path since the last call. Does not wait.
    [[nodiscard]] bool take_events();

private:
    [[nodiscard]] bool concerns_us(int watch, const std::string& name) const;

    UniqueFd inotify_;
    std::map<int, std::set<std::string>> names_;  ///< watch -> file names in that directory
    std::string problem_;
};

}  // namespace onload_node
