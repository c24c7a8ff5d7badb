// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/planning/inverse.hpp"
#include "core/planning/plan.hpp"
#include "core/reporting/report.hpp"
#include "run/execute.hpp"
#include "run/step_runner.hpp"
#include "run/undo.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::booting_node;
using fixture::MemoryNode;
using fixture::module;

/// One apply as main does it, without the waiting.
ExecutionReport
apply(MemoryNode& node, const Config& config = Config(), const PlanRequest& request = {}) {
    UndoLog log(node);
    EXPECT_TRUE(log.load());
    if (log.open()) {
        static_cast<void>(take_back_uncommitted(config, node.access(), log));
    }
    const Observed observed = node.observed();
    return execute(make_plan(config, observed, request), config, observed, node.access(), log);
}

State state_of(const MemoryNode& node) {
    const Observed observed = node.observed();
    return make_report(Config(), observed, make_plan(Config(), observed, {}), {}).state;
}

/// What P1 promises: a driver on every port, the names it had, one clock daemon that runs or is
/// about to.
void expect_not_stranded(const MemoryNode& node, const std::string& history) {
    EXPECT_EQ(node.interfaces(), "ens8f0 ens8f1") << history;
    for (const auto& function : node.observed().functions) {
        EXPECT_EQ(function.driver, "sfc") << history;
    }
    const auto units = node.observed().units;
    const auto& chronyd = units.at("chronyd.service");
    const bool chronyd_keeps = chronyd.file_state != "masked-runtime" &&
                               (chronyd.active_state == "active" || chronyd.job_pending);
    const bool sfptpd_keeps = units.at("sfptpd.service").active_state == "active";
    EXPECT_NE(chronyd_keeps, sfptpd_keeps)
        << history << ": exactly one of the two daemons keeps the clock";
}

TEST(Execute, BringsANodeToActive) {
    MemoryNode node(booting_node());
    const auto report = apply(node);
    EXPECT_TRUE(report.failures.empty());
    EXPECT_EQ(state_of(node), State::active);
    EXPECT_EQ(node.interfaces(), "ens8f0 ens8f1");
    EXPECT_EQ(node.running(), "sfptpd.service");
    EXPECT_FALSE(node.files().contains(std::string(paths::autoload_rules)));
}

TEST(Execute, ASecondApplyChangesNothing) {
    MemoryNode node(booting_node());
    apply(node);
    const int calls = node.calls();
    apply(node);
    EXPECT_EQ(node.calls(), calls);
}

TEST(Execute, TimesEveryStepAndEveryPhase) {
    MemoryNode node(booting_node());
    std::size_t steps = 0;
    for (const auto& phase : make_plan(Config(), node.observed(), {}).phases) {
        steps += phase.steps.size() + 1;
    }
    const auto timings = apply(node).timings;
    EXPECT_EQ(timings.size(), steps);
    EXPECT_EQ(timings.back().step, "phase time");
}

TEST(Execute, TakesTheInTreeDriverOutAgainWhenUdevIsFaster) {
    MemoryNode node(booting_node());
    node.reload_in_tree(2);
    EXPECT_TRUE(apply(node).failures.empty());
    EXPECT_EQ(state_of(node), State::active);
}

TEST(Execute, GivesUpWhenUdevIsAlwaysFaster) {
    MemoryNode node(booting_node());
    node.reload_in_tree(1000);
    const auto report = apply(node);
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures.front().phase, PhaseName::driver);
    expect_not_stranded(node, "udev always faster");
}

TEST(Execute, APortWithoutAnInterfaceBringsTheInTreeDriverBack) {
    MemoryNode node(booting_node());
    node.break_port(fixture::port_address(1));
    const auto report = apply(node);
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_NE(report.failures.front().error.message.find("0000:3b:00.1"), std::string::npos);
    EXPECT_EQ(state_of(node), State::in_tree);
    expect_not_stranded(node, "broken port");
}

TEST(Execute, APortThatHangsResetsTheNodeOnceAndTripsTheGuard) {
    MemoryNode node(booting_node());
    node.hang_on(fixture::port_address(1));
    const auto report = apply(node);
    EXPECT_TRUE(report.resetting);
    EXPECT_TRUE(node.restarted());
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures.front().error.code, ErrorCode::hung);
    for (const auto& line : node.history()) {
        EXPECT_NE(line.substr(0, 5), "undo:") << "nothing around a hang can be undone: " << line;
    }
    Observed next = booting_node();
    next.boot_id = "boot-2";
    next.guard = node.observed().guard;
    const Plan plan = make_plan(Config(), next, {});
    EXPECT_EQ(plan.code, ReasonCode::guard);
    EXPECT_EQ(fixture::find_phase(plan, PhaseName::driver), nullptr);
    EXPECT_NE(plan.reason.find("0000:3b:00.1: hangs"), std::string::npos) << plan.reason;
}

TEST(Execute, AHangUnderANetworkIsLeftToAPerson) {
    Observed start = booting_node();
    start.network_started = true;
    MemoryNode node(start);
    node.hang_on(fixture::port_address(1));
    const auto report = apply(node, Config(), {true});
    EXPECT_FALSE(report.resetting);
    EXPECT_FALSE(node.restarted());
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    EXPECT_FALSE(log.open()) << "the next run must not try to unload what hangs";
    EXPECT_EQ(node.observed().kernel_settings, start.kernel_settings)
        << "a later stall must not panic a node that works";
    EXPECT_FALSE(node.files().contains(std::string(paths::autoload_rules)));
}

TEST(Execute, AnInTreeDriverThatDoesNotLetGoResetsTheNodeOnce) {
    MemoryNode node(booting_node());
    node.hang_in_exit(Origin::in_tree);
    const auto report = apply(node);
    EXPECT_TRUE(node.restarted());
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures.front().error.message, "sfc: its exit hangs");
    ASSERT_TRUE(node.observed().guard);
    EXPECT_TRUE(node.observed().guard->tripped) << "or the next boot would hang as well";
}

TEST(Execute, APortThatNoDriverTakesDoesNotKeepTheOthers) {
    Observed start = booting_node();
    fixture::kill_second_port(start);
    MemoryNode node(start);
    node.kill_port(fixture::port_address(1));
    EXPECT_TRUE(apply(node).failures.empty());
    EXPECT_EQ(node.interfaces(), "ens8f0 -");
    EXPECT_EQ(state_of(node), State::degraded);
}

TEST(Execute, APortThatOnlyTheStagedDriverTakesGetsIt) {
    Observed start = booting_node();
    fixture::kill_second_port(start);
    MemoryNode node(start);
    EXPECT_TRUE(apply(node).failures.empty());
    EXPECT_EQ(node.observed().functions[1].driver, "sfc");
}

TEST(Execute, TheWayBackAsksForNoMoreThanThereWas) {
    Observed start = booting_node();
    fixture::kill_second_port(start);
    MemoryNode node(start);
    node.kill_port(fixture::port_address(1));
    node.break_port(fixture::port_address(0));
    const auto report = apply(node);
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_TRUE(report.failures.front().left_behind.empty());
    EXPECT_EQ(node.interfaces(), "ens8f0 -");
    EXPECT_EQ(std::ranges::count(node.history(), "unload sfc"), 2) << "once is enough";
}

TEST(Execute, AWayBackThatHangsResetsTheNodeOnce) {
    MemoryNode node(booting_node());
    node.break_port(fixture::port_address(1));
    node.hang_in_exit(Origin::out_of_tree);
    const auto report = apply(node);
    EXPECT_TRUE(node.restarted()) << "without a driver nobody can reach the node";
    ASSERT_EQ(report.failures.size(), 1U);
    const auto& message = report.failures.front().error.message;
    EXPECT_NE(message.find("0000:3b:00.1"), std::string::npos) << message;
    EXPECT_NE(message.find("its exit hangs"), std::string::npos) << message;
    EXPECT_EQ(std::ranges::count(node.history(), "unload sfc"), 2) << "nobody waits for it again";
}

TEST(Execute, SetsTheKernelBackAsItWas) {
    MemoryNode node(booting_node());
    apply(node);
    EXPECT_EQ(node.observed().kernel_settings, booting_node().kernel_settings);
}

TEST(Execute, OnloadFailingLeavesTheDriverIn) {
    Observed start = booting_node();
    start.staged.modules.at(module("onload")).depends.push_back(module("nowhere"));
    start.builtin.insert(module("nowhere"));
    MemoryNode node(start);
    // The call after "load sfc_char" is the load of onload: find it in a fault-free run, then let
    // it fail.
    MemoryNode trial(start);
    apply(trial);
    int call = 0;
    for (const auto& what : trial.history()) {
        if (what == "load onload") {
            break;
        }
        ++call;
    }
    node.fail_call(call);
    const auto report = apply(node);
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures.front().phase, PhaseName::onload);
    EXPECT_EQ(node.observed().loaded.at(module("sfc")).origin, Origin::out_of_tree);
    EXPECT_FALSE(node.observed().loaded.contains(module("sfc_char")))
        << "the phase is taken back as a whole";
    EXPECT_EQ(state_of(node), State::degraded);
}

TEST(Execute, AnySingleFailureStrandsNobodyAndTheNextApplyEndsActive) {
    MemoryNode trial(booting_node());
    apply(trial);
    ASSERT_GT(trial.calls(), 30);
    for (int call = 0; call < trial.calls(); ++call) {
        MemoryNode node(booting_node());
        node.fail_call(call);
        apply(node);
        expect_not_stranded(
            node,
            "failed call " + std::to_string(call) + ", " +
                trial.history().at(static_cast<std::size_t>(call))
        );
        apply(node);
        EXPECT_EQ(state_of(node), State::active) << "after failed call " << call;
        EXPECT_FALSE(node.files().contains(std::string(paths::autoload_rules)));
    }
}

/// The number of the first call of this name in a fault-free apply.
int call_of(const std::string& name, const Config& config = Config()) {
    MemoryNode trial(booting_node());
    apply(trial, config);
    const auto& calls = trial.call_texts();
    return static_cast<int>(std::find(calls.begin(), calls.end(), name) - calls.begin());
}

TEST(Execute, AFailingInverseGetsASecondChance) {
    MemoryNode node(booting_node());
    const int load = call_of("load sfc");
    node.decide(load, fixture::Fate::refused);
    // The undo begins with taking out what may have been loaded.
    node.decide(load + 1, fixture::Fate::refused);
    EXPECT_EQ(apply(node).failures.size(), 1U);
    expect_not_stranded(node, "load and undo fail");
    EXPECT_FALSE(node.files().contains(std::string(paths::autoload_rules)));
}

TEST(Execute, WhatCannotBeTakenBackStaysOpenForTheNextRun) {
    MemoryNode node(booting_node());
    const int rule = call_of("write " + std::string(paths::autoload_rules));
    // The rule takes effect, its removal fails twice.
    node.decide(rule, fixture::Fate::answer_lost);
    node.decide(rule + 1, fixture::Fate::refused);
    node.decide(rule + 3, fixture::Fate::refused);
    const auto report = apply(node);
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_FALSE(report.failures.front().left_behind.empty());
    ASSERT_TRUE(node.files().contains(std::string(paths::autoload_rules)));
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    EXPECT_TRUE(log.open());
    EXPECT_TRUE(take_back_uncommitted(Config(), node.access(), log).empty());
    EXPECT_FALSE(node.files().contains(std::string(paths::autoload_rules)));
}

TEST(Execute, ARecordThatCannotBeWrittenDoesNotStayOpen) {
    MemoryNode trial(booting_node());
    apply(trial);
    MemoryNode node(booting_node());
    node.decide(trial.calls() - 1, fixture::Fate::refused);
    node.decide(trial.calls(), fixture::Fate::refused);
    EXPECT_TRUE(apply(node).failures.empty());
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    EXPECT_FALSE(log.open()) << "a later run would take the driver out beneath the network";
}

TEST(Execute, ASwapThatFailsEarlyLeavesThePromisedNames) {
    Config config;
    config.names.policy = NamePolicy::sequential;
    MemoryNode node(booting_node());
    node.decide(
        call_of("write " + std::string(paths::autoload_rules), config), fixture::Fate::refused
    );
    EXPECT_EQ(apply(node, config).failures.size(), 1U);
    EXPECT_EQ(node.interfaces(), "sf0 sf1");
}

TEST(Recover, TakesBackAPhaseThatWasCutShort) {
    const Observed start = booting_node();
    const Config config;
    const Plan plan = make_plan(config, start, {});
    const auto& steps = fixture::find_phase(plan, PhaseName::driver)->steps;
    for (std::size_t cut = 1; cut <= steps.size(); ++cut) {
        MemoryNode node(start);
        // The names phase is committed, the driver phase stops behind its step number `cut`.
        Plan part = plan;
        part.phases.resize(1);
        UndoLog log(node);
        static_cast<void>(execute(part, config, start, node.access(), log));
        StepRunner runner(node.access(), config.limits);
        for (std::size_t i = 0; i < cut; ++i) {
            ASSERT_TRUE(log.append(
                {PhaseName::driver, describe(steps[i].step), inverse(steps[i].step, start)}
            ));
            ASSERT_TRUE(runner.run(steps[i].step));
        }
        UndoLog found(node);
        ASSERT_TRUE(found.load());
        EXPECT_TRUE(found.open());
        EXPECT_TRUE(take_back_uncommitted(config, node.access(), found).empty());
        expect_not_stranded(node, "cut behind step " + std::to_string(cut));
        EXPECT_EQ(node.observed().loaded.at(module("sfc")).origin, Origin::in_tree);
        apply(node);
        EXPECT_EQ(state_of(node), State::active);
    }
}

TEST(Revert, TakesBackEverything) {
    Observed start = booting_node();
    MemoryNode node(start);
    Config config;
    config.names.policy = NamePolicy::sequential;
    apply(node, config);
    ASSERT_EQ(node.interfaces(), "sf0 sf1");
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    EXPECT_FALSE(log.open());
    EXPECT_TRUE(take_back_everything(config, node.access(), log).empty());
    expect_not_stranded(node, "revert");
    EXPECT_EQ(node.running(), "chronyd.service");
    EXPECT_TRUE(node.observed().generated_files.empty());
    EXPECT_FALSE(node.files().contains(std::string(paths::undo_log)));
    EXPECT_FALSE(node.observed().loaded.contains(module("onload")));
}

TEST(Revert, WithoutAnApplyDoesNothing) {
    MemoryNode node(booting_node());
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    EXPECT_TRUE(take_back_everything(Config(), node.access(), log).empty());
    expect_not_stranded(node, "revert of nothing");
}

}  // namespace
}  // namespace onload_node
