// SPDX-License-Identifier: BSD-2-Clause
// What the booted node did is kept in traces/, and looked at again whenever the scenario `faults`
// runs; the node in memory, met with the same fault, has to do the same.
#include "trace.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <fstream>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

namespace onload_node::simulation {
namespace {

using fixture::MemoryNode;
using fixture::module;

/// A trace that is kept, and how the node in memory is broken for it.
struct Case {
    std::string trace;
    std::function<void(Start&)> begins = [](Start&) {};
    std::function<void(MemoryNode&)> breaks = [](MemoryNode&) {};
};

void PrintTo(const Case& each, std::ostream* out) {
    *out << each.trace;
}

/// What the test node has and the simulation's usual start has not.
Start like_the_test_node() {
    Start start = starts().front();
    start.node.loaded.emplace(
        module("mdio"),
        fixture::loaded_module(start.node.in_tree.at(module("mdio")), {module("sfc")})
    );
    start.node.units.at("chrony-wait.service").load_state = "loaded";
    return start;
}

void name_sequentially(Start& start) {
    start.config.names.policy = NamePolicy::sequential;
}

void stage_nothing(Start& start) {
    name_sequentially(start);
    start.node.staged.present = false;
    start.node.staged.modules.clear();
}

/// As after `rmmod sfc`: what the driver needed stays.
void take_driver_out(Start& start) {
    name_sequentially(start);
    start.node.loaded.erase(module("sfc"));
    for (auto& [name, loaded] : start.node.loaded) {
        loaded.holders.clear();
    }
    start.node.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
}

void lose_time_daemon(Start& start) {
    start.node.units.at("sfptpd.service").load_state = "not-found";
}

void fail_driver(MemoryNode& node) {
    node.fail_init_of(module("sfc"));
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"activation"},
        {"init-fails", {}, fail_driver},
        {"init-fails-sequential", name_sequentially, fail_driver},
        {"probe-fails", {}, [](MemoryNode& node) { node.break_port(fixture::port_address(1)); }},
        {"in-use", {}, [](MemoryNode& node) { node.keep_in_use(module("sfc")); }},
        {"onload-refuses", {}, [](MemoryNode& node) { node.fail_init_of(module("onload")); }},
        {"taken-out-sequential", take_driver_out},
        {"nothing-staged-sequential", stage_nothing},
        {"no-time-daemon-unit", lose_time_daemon},
    };
    return all;
}

class Traces : public testing::TestWithParam<Case> {};

TEST_P(Traces, TheNodeInMemoryDoesWhatTheBootedNodeDid) {
    std::ifstream file(std::string(TRACES) + "/" + GetParam().trace + ".txt");
    ASSERT_TRUE(file.is_open()) << "the scenario `faults` records it";
    std::ostringstream kept;
    kept << file.rdbuf();
    Start start = like_the_test_node();
    if (GetParam().begins) {
        GetParam().begins(start);
    }
    MemoryNode node(start.node);
    if (GetParam().breaks) {
        GetParam().breaks(node);
    }
    EXPECT_EQ(trace_of(node, start), kept.str());
}

INSTANTIATE_TEST_SUITE_P(Kept, Traces, testing::ValuesIn(cases()));

}  // namespace
}  // namespace onload_node::simulation
