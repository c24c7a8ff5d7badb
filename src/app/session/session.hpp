// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/session/node.hpp"
#include "app/session/publish.hpp"
#include "core/model/config.hpp"
#include "run/node_run.hpp"
#include "system/files/lock.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace onload_node {

/// One command that may change the node: as root, under the lock, with this boot's undo log.
class Session {
public:
    /// Names `verb` in the error if the user is not root.
    [[nodiscard]] static Result<std::unique_ptr<Session>> open(const char* verb);

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// `config` must outlive the run.
    [[nodiscard]] NodeRun run(const Config& config);

    [[nodiscard]] bool interrupted() const { return log_.open(); }

    [[nodiscard]] Node& node() { return node_; }

    [[nodiscard]] Files& files() { return node_.access().files; }

    /// Writes a line to the journal.
    void say(const std::string& text) { node_.access().progress.notice(text); }

    /// Publishes the state of the node (publish.hpp), explained by the record of the last run.
    /// Returns the exit status for that state.
    int tell(const Config& config, const Observed& observed, Telling telling = Telling::if_changed);

    /// As tell, always, and lets kubelet start in this boot, or not (fell_back in report.hpp).
    /// Notes in the record how long the run took.
    int conclude(const Config& config, const Observed& observed, RunRecord record);
    int conclude(const Report& report, const PublishConfig& config);

    /// The same after an undo; exit status 1 unless `left`, what could not be undone, is empty.
    [[nodiscard]] Result<int>
    tell_taken_back(const Config& config, NodeRun& run, const std::vector<std::string>& left);

private:
    /// From now on neither Ctrl-C nor the end of the terminal ends this process: a connection over
    /// the ports may not outlive the change, and nothing is to be left half done.
    explicit Session(Lock lock);

    const std::chrono::steady_clock::time_point opened_ = std::chrono::steady_clock::now();
    Lock lock_;
    Node node_;
    UndoLog log_;
};

}  // namespace onload_node
