// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/exit_status.hpp"
#include "core/planning/plan.hpp"
#include "core/reporting/report.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

int status_of(const Report& report) {
    return exit_status_of(report.state, report.code);
}

using fixture::booting_node;
using fixture::module;

Report report_of(const Observed& node, const Config& config = Config(), const RunRecord& run = {}) {
    return make_report(config, node, make_plan(config, node, {}), run);
}

/// The node right after apply, sfptpd on its way.
Observed active_node() {
    Observed node = booting_node();
    node.loaded.clear();
    for (const auto& [name, file] : node.staged.modules) {
        node.loaded.emplace(name, fixture::loaded_module(file));
    }
    for (const auto& [name, file] : node.in_tree) {
        node.loaded.emplace(name, fixture::loaded_module(file));
    }
    for (const auto& phase : make_plan(Config(), booting_node(), {}).phases) {
        for (const auto& planned : phase.steps) {
            fixture::put_file(node, planned.step);
        }
    }
    node.units["chronyd.service"].file_state = "masked-runtime";
    node.units["sfptpd.service"].job_pending = true;
    node.devices = {"/dev/onload", "/dev/onload_epoll", "/dev/sfc_char"};
    return node;
}

TEST(Report, TellsTheStoryInOneSentence) {
    const Report report = report_of(active_node());
    EXPECT_EQ(
        sentence(report),
        "active: sfc 5.3.16 + onload 8.1.2 on 2 ports (ens8f0 ens8f1), sfptpd starting"
    );
    EXPECT_EQ(status_of(report), exit_status::ok);
    EXPECT_EQ(report.displaced, std::vector<std::string>{"chronyd.service"});
    EXPECT_EQ(report.rules.size(), 2U);
}

TEST(Report, APortThatAPodHasIsNotMissed) {
    Observed node = active_node();
    node.functions.back().interfaces.clear();
    const Report report = report_of(node);
    EXPECT_EQ(report.state, State::active) << report.reason;
    EXPECT_NE(sentence(report).find(" on 2 ports (ens8f0 -)"), std::string::npos)
        << sentence(report);
}

TEST(Report, SaysWhenTheClockIsKept) {
    Observed node = active_node();
    node.units["sfptpd.service"].active_state = "active";
    EXPECT_NE(sentence(report_of(node)).find(", sfptpd keeps time"), std::string::npos);
}

TEST(Report, ADeadTimeDaemonDegrades) {
    Observed node = active_node();
    node.units["sfptpd.service"] = {"sfptpd.service", "loaded", "failed", "static", false};
    const Report report = report_of(node);
    EXPECT_EQ(report.state, State::degraded);
    EXPECT_EQ(report.code, ReasonCode::time_daemon);
    EXPECT_EQ(status_of(report), exit_status::degraded);
}

TEST(Report, SaysThatNobodyKnowsTheClockWhilePid1DoesNotAnswer) {
    Observed node = active_node();
    node.units_problem = "PID 1 does not answer";
    const Report report = report_of(node);
    EXPECT_EQ(report.state, State::degraded);
    EXPECT_EQ(report.code, ReasonCode::time_daemon);
    EXPECT_EQ(report.reason, "it is not known who keeps the clock: PID 1 does not answer");
    EXPECT_EQ(status_of(report), exit_status::degraded);
}

TEST(Report, TellsSinceWhenTheClockIsKeptByAnotherAndUntilWhen) {
    Observed node = active_node();
    node.units["sfptpd.service"].active_state = "failed";
    node.units["sfptpd.service"].job_pending = false;
    node.units["chronyd.service"].active_state = "active";
    node.clock_fallback = ClockFallback{10, 70, 0, ""};
    node.clock_since = "2026-11-30T02:10:00Z";
    node.clock_next = "2026-11-30T02:11:00Z";
    const Report report = report_of(node);
    EXPECT_EQ(
        report.reason,
        "sfptpd.service is failed, chronyd.service keeps the clock since 2026-11-30T02:10:00Z; "
        "sfptpd.service is tried again at 2026-11-30T02:11:00Z"
    );
    EXPECT_EQ(report.clock_next, node.clock_next);
    node.clock_fallback->waits_for = "no port has an address";
    const Report waiting = report_of(node);
    EXPECT_EQ(waiting.clock_next, "");
    EXPECT_NE(
        waiting.reason.find("tried again once this is mended: no port has an address"),
        std::string::npos
    ) << waiting.reason;
}

TEST(Report, AKernelThatRefusesEverySfcIsNamed) {
    Observed node = booting_node();
    node.loaded.clear();
    node.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
    EXPECT_EQ(report_of(node).code, ReasonCode::no_driver);
    node.blacklisted = {"sfc"};
    const Report report = report_of(node);
    EXPECT_EQ(report.state, State::failed);
    EXPECT_EQ(report.code, ReasonCode::kernel_refuses);
    EXPECT_NE(report.reason.find("module_blacklist="), std::string::npos) << report.reason;
}

TEST(Report, APortWithoutAnyDriverIsToldWithWhatKeepsTheStagedOneOut) {
    Observed node = booting_node();
    node.functions[1] = fixture::port(1, "", "");
    node.staged.present = false;
    const Report report = report_of(node);
    EXPECT_EQ(report.state, State::failed);
    EXPECT_EQ(report.code, ReasonCode::no_driver);
    EXPECT_NE(
        report.reason.find("0000:3b:00.1 has no driver: nothing is staged"), std::string::npos
    ) << report.reason;
}

TEST(Report, OneDeadPortDegradesTheNodeAndIsNamed) {
    Observed node = active_node();
    node.functions[1].driver.clear();
    node.functions[1].interfaces.clear();
    const Report report = report_of(node);
    EXPECT_EQ(report.state, State::degraded);
    EXPECT_EQ(report.code, ReasonCode::no_driver);
    EXPECT_EQ(report.reason, "function 0000:3b:00.1 has no driver");
    EXPECT_EQ(port_complaint(Config(), node), "") << "the boot is good";
}

TEST(Report, APortThatHangsIsNamedWhateverTheDriver) {
    for (Observed node : {booting_node(), active_node()}) {
        const bool out_of_tree = report_of(node).state == State::active;
        node.functions[1].hung = true;
        node.functions[1].interfaces.clear();
        Report report = report_of(node);
        EXPECT_EQ(report.state, out_of_tree ? State::degraded : State::in_tree);
        EXPECT_EQ(report.code, ReasonCode::hung);
        EXPECT_NE(report.reason.find("0000:3b:00.1"), std::string::npos) << report.reason;
        EXPECT_EQ(port_complaint(Config(), node), report.reason) << "it must not be confirmed";
        node.functions[1].driver.clear();
        report = report_of(node);
        EXPECT_EQ(report.state, out_of_tree ? State::degraded : State::failed);
        EXPECT_EQ(report.code, ReasonCode::hung);
    }
}

TEST(Report, AStopIsToldFromAFailure) {
    Observed node = active_node();
    node.units["sfptpd.service"].job_pending = false;
    EXPECT_EQ(
        report_of(node).reason,
        "sfptpd.service was stopped, and nothing keeps the clock: start it, or let onload-node "
        "time-fallback give the clock back"
    );
}

TEST(Report, WhatTheMarkerHoldsBackIsDisplaced) {
    Observed node = active_node();
    node.units["chronyd.service"].file_state = "enabled";
    node.generated_files.erase(std::string(paths::time_marker));
    EXPECT_TRUE(report_of(node).displaced.empty());
    node.generated_files[std::string(paths::time_marker)] = "";
    EXPECT_EQ(report_of(node).displaced, std::vector<std::string>{"chronyd.service"});
}

TEST(Report, NamesAnInterfaceThatSfptpdCannotFind) {
    Observed node = active_node();
    node.units["sfptpd.service"].active_state = "failed";
    node.units["sfptpd.service"].job_pending = false;
    node.units["chronyd.service"].active_state = "active";
    node.sfptpd = SfptpdConfig{false, {"sf0"}};
    const Report report = report_of(node);
    EXPECT_EQ(
        report.reason,
        "sfptpd.service is failed, chronyd.service keeps the clock; /etc/sfptpd.conf names sf0, "
        "which this node does not have"
    );
    EXPECT_EQ(report.notes.size(), 1U);
}

TEST(Report, AMissingOnloadDegradesWithTheReasonOfTheRun) {
    Observed node = active_node();
    node.loaded.erase(module("onload"));
    RunRecord run{"boot-1", {{PhaseName::onload, "load onload: unknown symbol"}}, {}};
    const Report report = report_of(node, Config(), run);
    EXPECT_EQ(report.code, ReasonCode::onload_missing);
    EXPECT_NE(report.reason.find("unknown symbol"), std::string::npos) << report.reason;
}

TEST(Report, AMissingDeviceNodeDegrades) {
    Observed node = active_node();
    node.devices = {"/dev/onload", "/dev/sfc_char"};
    EXPECT_EQ(report_of(node).reason, "/dev/onload_epoll is not there");
}

TEST(Report, LibrariesThatCannotBeOfferedDegrade) {
    Observed node = active_node();
    node.libraries = {"/opt/onload/x-1a", "", true, false, "SELinux says no"};
    const auto report = report_of(node);
    EXPECT_EQ(report.state, State::degraded);
    EXPECT_EQ(report.code, ReasonCode::user_libraries);
    EXPECT_EQ(report.reason, "containers are not offered Onload: SELinux says no");
    Config config;
    config.publish.cdi = false;
    const auto silent = make_report(config, node, make_plan(config, node, {}), {});
    EXPECT_EQ(silent.state, State::active) << "nobody wants to offer them: " << silent.reason;
    EXPECT_EQ(silent.offer.problem, "publish.cdi is false");
    node.libraries.present = false;
    EXPECT_EQ(report_of(node).state, State::active) << "there are none: the node is for no pods";
}

TEST(Report, AWrongNameDegradesAndNamesThePort) {
    Observed node = active_node();
    Config config;
    config.names.policy = NamePolicy::sequential;
    node.functions[1].interfaces.front().up = true;
    node.generated_files.clear();
    const Plan plan = make_plan(config, node, {});
    for (const auto& planned : fixture::find_phase(plan, PhaseName::names)->steps) {
        fixture::put_file(node, planned.step);
    }
    node.functions[0].interfaces.front().name = "sf0";
    const Report report = report_of(node, config);
    EXPECT_EQ(report.code, ReasonCode::name_missing) << report.reason;
    EXPECT_EQ(report.reason, "port 0000:3b:00.1 is ens8f1 and should be sf1");
}

TEST(Report, InTreeSaysWhatTheLastRunMet) {
    RunRecord run{"boot-1", {{PhaseName::driver, "load sfc: no"}}, {}};
    const Report report = report_of(booting_node(), Config(), run);
    EXPECT_EQ(report.state, State::in_tree);
    EXPECT_EQ(report.code, ReasonCode::undone);
    EXPECT_EQ(sentence(report), "in-tree: load sfc: no");
    EXPECT_EQ(status_of(report), exit_status::in_tree);
}

TEST(Report, ARunOfAnotherBootExplainsNothing) {
    RunRecord run{"boot-0", {{PhaseName::driver, "load sfc: no"}}, {}};
    EXPECT_EQ(report_of(booting_node(), Config(), run).code, ReasonCode::pending_apply);
}

TEST(Report, InTreeForWantOfATree) {
    Observed node = booting_node();
    node.staged.present = false;
    const Report report = report_of(node);
    EXPECT_EQ(report.code, ReasonCode::no_tree);
    EXPECT_EQ(status_of(report), exit_status::in_tree);
}

TEST(Report, APortWithoutADriverIsAFailure) {
    Observed node = booting_node();
    node.functions[1].driver.clear();
    EXPECT_EQ(report_of(node).state, State::failed);
    EXPECT_EQ(status_of(report_of(node)), exit_status::failed);
    node = active_node();
    for (auto& function : node.functions) {
        function.driver.clear();
    }
    EXPECT_EQ(report_of(node).state, State::failed) << "the out-of-tree driver carries none";
}

TEST(Report, IdleAndOffAreAsWanted) {
    Observed node = booting_node();
    node.functions.clear();
    EXPECT_EQ(report_of(node).state, State::idle);
    EXPECT_EQ(status_of(report_of(node)), exit_status::ok);
    node = booting_node();
    node.boot_switch = BootSwitch::plan_only;
    EXPECT_EQ(report_of(node).state, State::off);
    EXPECT_EQ(status_of(report_of(node)), exit_status::ok);
}

bool falls_back(State state, ReasonCode code, std::vector<std::string> staged = {"5.14"}) {
    Report report;
    report.state = state;
    report.code = code;
    report.staged = std::move(staged);
    return fell_back(report);
}

TEST(FellBack, IsABootWithoutAnOnloadThatIsWanted) {
    EXPECT_TRUE(falls_back(State::in_tree, ReasonCode::guard));
    EXPECT_TRUE(falls_back(State::in_tree, ReasonCode::config));
    EXPECT_TRUE(falls_back(State::failed, ReasonCode::no_driver));
    EXPECT_TRUE(falls_back(State::degraded, ReasonCode::onload_missing));
    EXPECT_TRUE(falls_back(State::degraded, ReasonCode::control_plane));
    EXPECT_TRUE(falls_back(State::in_tree, ReasonCode::no_tree)) << "other kernels have a tree";
}

TEST(FellBack, IsNoBootThatIsAsWantedOrLacksWhatPodsBring) {
    EXPECT_FALSE(fell_back(report_of(active_node())));
    EXPECT_FALSE(falls_back(State::idle, ReasonCode::no_nic));
    EXPECT_FALSE(falls_back(State::off, ReasonCode::switched_off));
    EXPECT_FALSE(falls_back(State::degraded, ReasonCode::time_daemon));
    EXPECT_FALSE(falls_back(State::degraded, ReasonCode::user_libraries));
    EXPECT_FALSE(falls_back(State::in_tree, ReasonCode::no_tree, {}))
        << "nothing to fall back from";
}

TEST(Report, ListsWhatIsLeftAloneAndWhy) {
    Observed node = active_node();
    node.functions.push_back(fixture::port(2, "", "vfio-pci"));
    node.functions.push_back(fixture::port(3, "", ""));
    node.functions.back().driver_override = "nobody";
    EXPECT_EQ(
        report_of(node).left_alone,
        (std::vector<std::string>{
            "0000:3b:00.2 is bound to vfio-pci", "0000:3b:00.3 has driver_override nobody"})
    );
}

}  // namespace
}  // namespace onload_node
