// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/planning/plan.hpp"
#include "core/reporting/report.hpp"
#include "run/node_run.hpp"
#include "run/records.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node::name_record_test {
namespace {

using fixture::booting_node;
using fixture::MemoryNode;

const std::string path(paths::names_file);

RememberedName entry(unsigned slot, const char* name) {
    const MacAddress mac{{0x00, 0x0f, 0x53, 0, 0, static_cast<std::uint8_t>(slot)}};
    return {fixture::port_address(slot), mac, name, {"enp59s0f0"}};
}

Observed read(const MemoryNode& node) {
    Observed observed;
    read_name_record(observed, node);
    return observed;
}

/// One apply as main does it.
void apply(MemoryNode& node) {
    const Config config;
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    NodeRun run(config, node.access(), log, fixture::look_at(node));
    ASSERT_TRUE(run.look());
    ASSERT_TRUE(run.act(make_plan(config, run.observed(), {})));
}

Report report_on(const MemoryNode& node) {
    const Observed observed = node.observed();
    return make_report(Config(), observed, make_plan(Config(), observed, {}), {});
}

TEST(NameRecordFile, IsReadAsItWasWritten) {
    MemoryNode node(booting_node());
    EXPECT_TRUE(read(node).remembered.empty());
    EXPECT_EQ(read(node).names_problem, "");
    RememberedName without_mac = entry(1, "ens8f1");
    without_mac.mac.reset();
    without_mac.also.clear();
    const NameRecord record{entry(0, "ens8f0"), without_mac};
    ASSERT_TRUE(node.write(path, to_text(record)));
    EXPECT_EQ(read(node).remembered, record) << node.files().at(path);
}

TEST(NameRecordFile, EveryDamageIsAProblemAndNothingIsTakenFromIt) {
    MemoryNode node(booting_node());
    const std::string whole = to_text({entry(0, "ens8f0"), entry(1, "ens8f1")});
    const auto refused = [&](const std::string& text) {
        ASSERT_TRUE(node.write(path, text));
        EXPECT_TRUE(read(node).remembered.empty()) << text;
        EXPECT_NE(read(node).names_problem, "") << text;
        EXPECT_EQ(read(node).names_text, text);
    };
    const auto changed = [&](const std::string& from, const std::string& to) {
        return std::string(whole).replace(whole.find(from), from.size(), to);
    };
    refused("port = 1\n");
    refused("\"0000:3b:00.0\" = [ \"ens8f0\" ]\n");
    refused("\"0000:3b:00.0\" = [ 1, 2 ]\n");
    refused(whole.substr(0, whole.size() - 10));
    refused(changed("ens8f0", "eth0"));
    refused(changed("ens8f0", "x\\nName=y"));
    refused(changed("enp59s0f0", "x\\nName=y"));
    refused(changed("0000:3b:00.0", "nowhere"));
    refused(changed("00:0f:53:00:00:00", "no mac"));
    refused(changed("ens8f0", "ens8f1"));
    refused(changed("0000:3b:00.0", "0000:3b:00.1"));
    refused(changed("00:0f:53:00:00:00", "00:0f:53:00:00:01"));
}

TEST(NamesAcrossBoots, HoldThoughNoDriverHasNamedThePorts) {
    MemoryNode node(booting_node());
    apply(node);
    EXPECT_EQ(node.interfaces(), "ens8f0 ens8f1");
    // A boot in which the in-tree driver never comes.
    Observed next = booting_node();
    next.loaded.clear();
    next.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
    next.generated_files[path] = node.files().at(path);
    MemoryNode later(next);
    apply(later);
    EXPECT_EQ(later.interfaces(), "ens8f0 ens8f1");
    EXPECT_EQ(report_on(later).state, State::active);
}

TEST(NamesAcrossBoots, FollowCardsThatNobodyHasSeenBeforeTheSwap) {
    MemoryNode node(booting_node());
    apply(node);
    Observed next = booting_node();
    next.loaded.clear();
    next.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
    next.generated_files[path] = node.files().at(path);
    MemoryNode later(next);
    later.exchange_cards();
    apply(later);
    EXPECT_EQ(later.interfaces(), "ens8f1 ens8f0") << "each card has its name, in the other slot";
    EXPECT_EQ(report_on(later).state, State::active);
    const int calls = later.calls();
    apply(later);
    EXPECT_EQ(later.calls(), calls) << "a second apply changes nothing";
}

TEST(NamesAcrossBoots, ARecordThatCannotBeWrittenStopsNothingAndIsTold) {
    MemoryNode trial(booting_node());
    apply(trial);
    const auto& calls = trial.call_texts();
    const auto write = std::find(calls.begin(), calls.end(), "write " + path);
    ASSERT_NE(write, calls.end());
    MemoryNode node(booting_node());
    node.fail_call(static_cast<int>(write - calls.begin()));
    apply(node);
    EXPECT_EQ(node.interfaces(), "ens8f0 ens8f1");
    EXPECT_EQ(report_on(node).state, State::active);
    const auto told =
        std::count_if(node.history().begin(), node.history().end(), [](const std::string& line) {
            return line.starts_with("notice: the names of the ports");
        });
    EXPECT_EQ(told, 1);
}

TEST(NamesAcrossBoots, ARecordThatCannotBeReadIsTold) {
    MemoryNode node(booting_node());
    apply(node);
    Observed observed = node.observed();
    observed.names_problem = "names.toml: it is not a regular file";
    const Report report = make_report(Config(), observed, make_plan(Config(), observed, {}), {});
    EXPECT_EQ(report.state, State::degraded);
    EXPECT_EQ(report.code, ReasonCode::names_not_remembered);
}

TEST(NamesAcrossBoots, ADamagedRecordIsWrittenAnew) {
    Observed start = booting_node();
    start.generated_files[path] = "junk";
    MemoryNode node(start);
    apply(node);
    EXPECT_EQ(read(node).names_problem, "");
    EXPECT_EQ(read(node).remembered.size(), 2U);
    EXPECT_EQ(report_on(node).state, State::active);
}

}  // namespace
}  // namespace onload_node::name_record_test
