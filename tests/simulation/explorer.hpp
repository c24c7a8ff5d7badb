// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "sample.hpp"
#include "starts.hpp"
#include "unit/run/memory_node.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace onload_node::simulation {

/// One decision about one call of a process.
struct Decision {
    int call = 0;
    fixture::Fate fate = fixture::Fate::done;
};

/// Runs the histories of one start: each with a single failure, stop or late event, and of those
/// with two of them what the sample takes. Each history is run to the end of its last process; what
/// comes after that (the boot going on, a later apply) depends on the node alone, so it is run once
/// for each node that histories end in. Nothing else is left out.
class Explorer {
public:
    Explorer(Start start, Sample sample) : start_(std::move(start)), sample_(std::move(sample)) {}

    void without_fault();
    /// Single ones, and pairs.
    void failures();
    /// Single ones, and what goes wrong in the recovery.
    void stops();
    void late_coldplug();

    /// How many histories of each kind were run.
    [[nodiscard]] const std::map<std::string, int>& counts() const { return counts_; }

    /// How many different nodes they ended in.
    [[nodiscard]] std::size_t endings() const { return endings_.size(); }

    /// The histories after which something promised did not hold.
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

private:
    using Node = fixture::MemoryNode;

    [[nodiscard]] Node beginning() const;
    [[nodiscard]] int count_calls();
    /// Runs apply with these decisions, and its unit's stop path; returns the calls of apply.
    std::vector<std::string>
    run(const std::vector<Decision>& decisions, const std::string& kind, int coldplug = -1);
    /// What follows a kill: recovery, killed or failing at every point as well, and a power cycle.
    void after_kill(const Node& node, const std::string& history);
    void failing_recovery(const Node& node, const Decision& failure, const std::string& history);
    void second_stop(const Node& node, int call, bool boot_first, const std::string& history);
    void end(Node node, const std::string& kind, const std::string& history);
    void violated(
        const std::string& kind,
        const std::string& history,
        const Node& node,
        const std::string& what
    );

    Start start_;
    Sample sample_;
    std::map<std::string, int> counts_;
    std::set<std::string> endings_;
    std::set<std::string> killed_;  ///< nodes that a kill has left
    std::set<std::string> cold_;    ///< nodes that a power cut has left
    std::vector<std::string> violations_;
};

}  // namespace onload_node::simulation
