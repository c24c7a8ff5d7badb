// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/model/sets.hpp"
#include "core/planning/guard.hpp"
#include "core/planning/previous_set.hpp"
#include "core/reporting/report.hpp"
#include "run/guard.hpp"
#include "run/previous_set.hpp"
#include "run/records.hpp"
#include "run/undo.hpp"
#include "stage/record.hpp"
#include "stage/set_record.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::booting_node;
using fixture::MemoryNode;
using fixture::module;

const std::string good(64, 'a');
const std::string bad(64, 'b');
const std::string bad_build = "bad";

using ModuleFiles = std::map<ModuleName, ModuleFile>;

/// The staged modules of another build.
ModuleFiles bad_modules() {
    auto modules = booting_node().staged.modules;
    for (auto& [name, file] : modules) {
        file.build_id = bad_build;
        file.sha256 = "bad-" + file.sha256;
    }
    return modules;
}

Observed node_with(const ModuleFiles& staged) {
    Observed node = booting_node();
    node.staged.modules = staged;
    return node;
}

/// A node on which a set that fails is staged over one that was confirmed.
class PreviousSetTest : public testing::Test {
protected:
    PreviousSetTest() { stage_over_the_good_one(bad_modules()); }

    /// The modules are those of the bad set, which is wanted; the good one was confirmed.
    void stage_over_the_good_one(const ModuleFiles& modules) {
        node = MemoryNode(node_with(modules));
        node.keep_set(good, booting_node().staged.modules);
        node.keep_set(bad, modules);
        node.break_build(bad_build);
        StageRecord record;
        record.set(TreeOrigin{fixture::kernel, {"image bad", ""}, bad});
        EXPECT_TRUE(write_stage_record(node, record));
        SetRecord sets;
        note_wanted(sets, fixture::kernel, bad);
        set_entry(sets, fixture::kernel, good).confirmed = "2026-12-01T00:00:00Z";
        write(sets);
    }

    void write(const SetRecord& sets) { ASSERT_TRUE(write_set_record(node, sets)); }

    /// One boot, as `apply` does it.
    Report boot() {
        boot_number_ += 1;
        node.power_cycle();
        UndoLog log(node);
        EXPECT_TRUE(log.load());
        const auto look = [this](Observed& observed) {
            observed = node.observed();
            observed.boot_id = "boot-" + std::to_string(boot_number_);
            observed.kernel_broken = oopsed;
            return Result<void>();
        };
        NodeRun run(config, node.access(), log, look);
        EXPECT_TRUE(run.look());
        puts = 0;
        const auto put = [this](const std::string& digest) {
            puts += 1;
            return refusal.empty() ? node.put_set(digest) : failure(ErrorCode::mismatch, refusal);
        };
        const auto record = plan_and_act(config, node.access(), run, {}, put);
        EXPECT_TRUE(record) << record.error().message;
        node.boot_goes_on();
        Observed after;
        EXPECT_TRUE(look(after));
        return make_report(config, after, make_plan(config, after, {}), record.value());
    }

    /// What PID 1 has `confirm` do.
    void confirm() {
        const auto observed = node.observed();
        ASSERT_TRUE(observed.guard);
        ASSERT_TRUE(confirm_set(node, observed, "2026-12-02T00:00:00Z"));
        ASSERT_TRUE(node.remove(paths::guard_file));
    }

    [[nodiscard]] std::string loaded_build() const {
        return node.observed().loaded.at(module("sfc")).build_id;
    }

    [[nodiscard]] SetEntry entry(const std::string& digest) const {
        const auto sets = read_set_record(node).value();
        const auto* const found = find_set(sets, fixture::kernel, digest);
        return found == nullptr ? SetEntry() : *found;
    }

    /// How often the bad driver was loaded, or tried.
    [[nodiscard]] long tries() const {
        const auto& history = node.history();
        return std::ranges::count_if(history, [](const std::string& line) {
            return line.find("load out-of-tree sfc ") != std::string::npos &&
                   line.starts_with("failed: ");
        });
    }

    void expect_in_tree(const Report& report, ReasonCode code, const std::string& words) {
        EXPECT_EQ(report.state, State::in_tree);
        EXPECT_EQ(report.code, code) << to_string(report.code);
        EXPECT_NE(report.reason.find(words), std::string::npos) << report.reason;
        EXPECT_EQ(loaded_build(), "1ee7sfc");
        EXPECT_EQ(node.interfaces(), "ens8f0 ens8f1");
    }

    void expect_the_set_before(const Report& report) {
        EXPECT_EQ(report.state, State::degraded);
        EXPECT_EQ(report.code, ReasonCode::previous_set) << report.reason;
        EXPECT_EQ(loaded_build(), "b1d0sfc");
        EXPECT_EQ(node.interfaces(), "ens8f0 ens8f1");
        EXPECT_EQ(set_in_place(node, fixture::kernel), good);
    }

    Config config;
    MemoryNode node{booting_node()};
    int puts = 0;
    std::string refusal;
    bool oopsed = false;

private:
    int boot_number_ = 0;
};

TEST_F(PreviousSetTest, IsTriedInTheSameBootAfterASwapThatFailed) {
    const auto report = boot();
    expect_the_set_before(report);
    EXPECT_EQ(entry(bad).failed, 1U);
    EXPECT_TRUE(entry(bad).wanted);
    for (const auto* const words :
         {"aaaaaaaaaaaa, confirmed 2026-12-01",
          "bbbbbbbbbbbb",
          "failed once",
          "its init failed",
          "onload-node reset"}) {
        EXPECT_NE(report.reason.find(words), std::string::npos) << report.reason;
    }
    EXPECT_TRUE(node.observed().guard) << "the set before is guarded, too";
    EXPECT_EQ(node.observed().guard->kept_as, good);
}

TEST_F(PreviousSetTest, TheOtherIsTriedAsOftenAsTheGuardAllowsAndNeverAgain) {
    for (unsigned failed = 1; failed <= 2; ++failed) {
        expect_the_set_before(boot());
        EXPECT_EQ(entry(bad).failed, failed);
        confirm();
    }
    for (int later = 0; later < 2; ++later) {
        expect_the_set_before(boot());
        EXPECT_EQ(puts, 0) << "it is in place already";
        EXPECT_EQ(entry(bad).failed, 2U);
        confirm();
    }
    ASSERT_TRUE(forgive_sets(node));
    expect_the_set_before(boot());
    EXPECT_EQ(puts, 2) << "reset has it tried again";
    EXPECT_EQ(entry(bad).failed, 1U);
}

TEST_F(PreviousSetTest, IsTriedWhereTheGuardRefusesTheOther) {
    auto before = node.observed();
    GuardRecord guard = armed_guard(config, before);
    guard.attempts = 2;
    guard.boot_id = "dead";
    ASSERT_TRUE(write_guard(node, guard));
    const auto report = boot();
    expect_the_set_before(report);
    EXPECT_NE(report.reason.find("2 boots died"), std::string::npos) << report.reason;
    EXPECT_EQ(entry(bad).failed, 2U);
    EXPECT_EQ(tries(), 0);
    confirm();
    expect_the_set_before(boot());
    EXPECT_EQ(puts, 0);
    EXPECT_EQ(tries(), 0);
}

TEST_F(PreviousSetTest, IsNotTriedBesideAnOutOfTreeDriverUnlessOnlyOnloadFailed) {
    auto observed = node.observed();
    GuardRecord guard = armed_guard(config, observed);
    guard.attempts = 2;
    guard.boot_id = "dead";
    observed.guard = guard;
    const auto found = [&](bool onload) {
        return set_before_failure(config, observed, {}, {"it failed", onload}).has_value();
    };
    EXPECT_TRUE(set_before_guard(config, observed, {}));
    EXPECT_TRUE(found(false));
    EXPECT_TRUE(found(true));
    observed.loaded.at(module("sfc")).origin = Origin::out_of_tree;
    EXPECT_FALSE(set_before_guard(config, observed, {}));
    EXPECT_FALSE(found(false));
    EXPECT_TRUE(found(true));
}

TEST_F(PreviousSetTest, IsNotTriedWhereNoneWasConfirmed) {
    SetRecord sets;
    note_wanted(sets, fixture::kernel, bad);
    static_cast<void>(set_entry(sets, fixture::kernel, good));
    write(sets);
    expect_in_tree(boot(), ReasonCode::undone, "its init failed");
    EXPECT_EQ(puts, 0);
    EXPECT_EQ(entry(bad).failed, 0U) << "there is nothing better than trying again";
}

TEST_F(PreviousSetTest, IsNotTriedWhereItIsSwitchedOff) {
    config.guard.previous = false;
    expect_in_tree(boot(), ReasonCode::undone, "its init failed");
    EXPECT_EQ(puts, 0);
}

TEST_F(PreviousSetTest, IsNotTriedInABootInWhichTheKernelHasBroken) {
    oopsed = true;
    expect_in_tree(boot(), ReasonCode::undone, "its init failed");
    EXPECT_EQ(puts, 0);
}

TEST_F(PreviousSetTest, IsNotTriedBesideADriverThatHangs) {
    node = MemoryNode(node_with(booting_node().staged.modules));
    node.keep_set(good, booting_node().staged.modules);
    StageRecord record;
    record.set(TreeOrigin{fixture::kernel, {}, bad});
    ASSERT_TRUE(write_stage_record(node, record));
    SetRecord sets;
    note_wanted(sets, fixture::kernel, bad);
    set_entry(sets, fixture::kernel, good).confirmed = "2026-12-01T00:00:00Z";
    write(sets);
    node.hang_on(fixture::port_address(1));
    static_cast<void>(boot());
    EXPECT_TRUE(node.restarted());
    EXPECT_EQ(puts, 0);
}

TEST_F(PreviousSetTest, IsNotTriedWhereAUserOfTheInTreeDriverKeepsItIn) {
    node.keep_in_use(module("sfc"));
    expect_in_tree(boot(), ReasonCode::busy, "in use");
    EXPECT_EQ(puts, 0);
    EXPECT_EQ(entry(bad).failed, 0U);
}

TEST_F(PreviousSetTest, SaysWhyItCouldNotBePutInPlace) {
    refusal = "the kept set is not whole";
    expect_in_tree(boot(), ReasonCode::undone, "was not put in place: the kept set is not whole");
    EXPECT_EQ(set_in_place(node, fixture::kernel), bad);
    EXPECT_EQ(entry(bad).failed, 1U);
    expect_in_tree(boot(), ReasonCode::guard, "is not whole");
    expect_in_tree(boot(), ReasonCode::guard, "is not whole");
    EXPECT_EQ(tries(), 2) << "the guard's limit holds here, too";
}

TEST_F(PreviousSetTest, IsTheLastOneThatIsTried) {
    auto modules = booting_node().staged.modules;
    modules.at(module("sfc")).build_id = bad_build;
    node.keep_set(good, modules);
    expect_in_tree(boot(), ReasonCode::undone, "its init failed");
    EXPECT_EQ(puts, 1);
    EXPECT_EQ(set_in_place(node, fixture::kernel), good);
}

TEST_F(PreviousSetTest, IsFinishedFirstWhereItWasOnlyHalfInPlace) {
    node.next_process();
    node.fail_call(1);
    EXPECT_FALSE(node.put_set(good));
    node.next_process();
    refusal = "the disk is full";
    expect_in_tree(boot(), ReasonCode::previous_set, "only half put in place: the disk is full");
    refusal.clear();
    const auto report = boot();
    EXPECT_EQ(loaded_build(), "b1d0sfc") << report.reason;
}

TEST_F(PreviousSetTest, IsNotLookedForInABootThatGoesWell) {
    node = MemoryNode(booting_node());
    const auto report = boot();
    EXPECT_EQ(report.state, State::active) << report.reason;
    EXPECT_EQ(puts, 0);
}

TEST_F(PreviousSetTest, LeavesARecordThatItCannotReadAlone) {
    ASSERT_TRUE(node.write(paths::sets_file, "[[set]\n"));
    expect_in_tree(boot(), ReasonCode::undone, "whether there is a set before is not known");
    EXPECT_EQ(puts, 0);
    EXPECT_EQ(node.files().at(std::string(paths::sets_file)), "[[set]\n");
}

TEST_F(PreviousSetTest, CountsNothingForASetThatProvedGood) {
    expect_the_set_before(boot());
    confirm();
    EXPECT_EQ(entry(good).confirmed, "2026-12-01T00:00:00Z") << "the first time counts";
    SetRecord sets;
    write(sets);
    Observed unknown;
    unknown.guard = GuardRecord{};
    ASSERT_TRUE(confirm_set(node, unknown, "2026-12-02T00:00:00Z"));
    EXPECT_TRUE(read_set_record(node).value().empty());
}

/// The good set is staged and was confirmed with today's parameters; the next boot has others.
class PreviousParametersTest : public PreviousSetTest {
protected:
    PreviousParametersTest() {
        node = MemoryNode(booting_node());
        node.keep_set(good, booting_node().staged.modules);
        node.refuse_parameter("performance_profile", "none");
        StageRecord record;
        record.set(TreeOrigin{fixture::kernel, {"image good", ""}, good});
        EXPECT_TRUE(write_stage_record(node, record));
        SetRecord sets;
        note_wanted(sets, fixture::kernel, good);
        write(sets);
        EXPECT_EQ(boot().state, State::active);
        confirm();
        config.driver.parameters[module("sfc")] = refused;
    }

    [[nodiscard]] ModuleParameters loaded_with(const char* name) const {
        return node.observed().load_records.at(module(name)).parameters;
    }

    void expect_the_parameters_before(const Report& report) {
        expect_the_set_before(report);
        EXPECT_EQ(loaded_with("sfc"), latency);
        EXPECT_EQ(puts, 0) << "no file is touched";
        EXPECT_EQ(entry(good).failed, 0U) << "the set is not to blame";
    }

    const ModuleParameters latency{{"performance_profile", "latency"}};
    const ModuleParameters refused{{"performance_profile", "none"}};
};

TEST_F(PreviousParametersTest, AreThoseOfTheConfirmation) {
    EXPECT_EQ(entry(good).parameters.at(module("sfc")), latency);
    EXPECT_TRUE(entry(good).parameters.contains(module("onload")));
}

TEST_F(PreviousParametersTest, StandInInTheSameBootForThoseThatFailed) {
    const auto report = boot();
    expect_the_parameters_before(report);
    EXPECT_EQ(entry(good).failed_parameters.times, 1U);
    for (const auto* const words :
         {"aaaaaaaaaaaa was confirmed, 2026-12-02",
          "have failed once",
          "performance_profile is refused",
          "sfc: performance_profile=latency instead of performance_profile=none",
          "onload-node reset"}) {
        EXPECT_NE(report.reason.find(words), std::string::npos) << report.reason;
    }
    EXPECT_TRUE(node.observed().guard) << "they are guarded, too";
}

TEST_F(PreviousParametersTest, TheOthersAreTriedAsOftenAsTheGuardAllowsAndNeverAgain) {
    for (unsigned failed = 1; failed <= 3; ++failed) {
        expect_the_parameters_before(boot());
        EXPECT_EQ(entry(good).failed_parameters.times, std::min(failed, 2U));
        confirm();
    }
    EXPECT_EQ(tries(), 2);
    ASSERT_TRUE(forgive_sets(node));
    expect_the_parameters_before(boot());
    EXPECT_EQ(tries(), 3) << "reset has them tried again";
}

TEST_F(PreviousParametersTest, GiveWayToOthersThatAreConfigured) {
    expect_the_parameters_before(boot());
    confirm();
    const ModuleParameters none;
    config.driver.parameters[module("sfc")] = none;
    EXPECT_EQ(boot().state, State::active);
    EXPECT_EQ(loaded_with("sfc"), none);
    confirm();
    EXPECT_EQ(entry(good).parameters.at(module("sfc")), none);
    EXPECT_EQ(entry(good).failed_parameters, FailedParameters());
}

TEST_F(PreviousParametersTest, StandInWhereTheGuardRefusesTheOthers) {
    GuardRecord guard = armed_guard(config, node.observed());
    guard.attempts = 2;
    guard.boot_id = "dead";
    ASSERT_TRUE(write_guard(node, guard));
    const auto report = boot();
    expect_the_parameters_before(report);
    EXPECT_NE(report.reason.find("2 boots died"), std::string::npos) << report.reason;
    EXPECT_EQ(tries(), 0);
    confirm();
    expect_the_parameters_before(boot());
    EXPECT_EQ(tries(), 0) << "a boot that went well does not clear those that did not";
}

TEST_F(PreviousParametersTest, StandInForThoseOfOnload) {
    config.driver.parameters[module("sfc")] = latency;
    config.driver.parameters[module("onload")] = refused;
    expect_the_parameters_before(boot());
    EXPECT_NE(loaded_with("onload"), refused);
}

TEST_F(PreviousParametersTest, AreTheLastThatAreTried) {
    node.refuse_parameter("performance_profile", "latency");
    expect_in_tree(boot(), ReasonCode::undone, "performance_profile is refused");
    EXPECT_EQ(tries(), 2);
}

TEST_F(PreviousParametersTest, ComeWithTheSetBefore) {
    node.keep_set(bad, bad_modules());
    node.break_build(bad_build);
    ASSERT_TRUE(node.put_set(bad));
    auto sets = read_set_record(node).value();
    note_wanted(sets, fixture::kernel, bad);
    write(sets);
    const auto report = boot();
    expect_the_set_before(report);
    EXPECT_EQ(loaded_with("sfc"), latency);
    EXPECT_NE(report.reason.find("sfc: performance_profile=latency instead of"), std::string::npos)
        << report.reason;
}

TEST_F(PreviousParametersTest, AreNotKnownOfASetOfAnEarlierVersion) {
    auto sets = read_set_record(node).value();
    set_entry(sets, fixture::kernel, good).parameters.clear();
    write(sets);
    expect_in_tree(boot(), ReasonCode::undone, "performance_profile is refused");
}

/// The driver of the set that is staged is good; its onload does not load.
class PreviousOnloadTest : public PreviousSetTest {
protected:
    PreviousOnloadTest() {
        auto modules = bad_modules();
        modules.at(module("sfc")).build_id = other_build;
        stage_over_the_good_one(modules);
    }

    const std::string other_build = "0bad";
};

TEST_F(PreviousOnloadTest, TakesTheWholeSetOutInTheSameBoot) {
    for (unsigned failed = 1; failed <= 3; ++failed) {
        const auto report = boot();
        expect_the_set_before(report);
        EXPECT_EQ(entry(bad).failed, std::min(failed, 2U));
        EXPECT_NE(report.reason.find("load out-of-tree sfc_resource"), std::string::npos)
            << report.reason;
        EXPECT_EQ(node.observed().loaded.at(module("onload")).build_id, "b1d0onload");
        EXPECT_EQ(node.observed().guard->kept_as, good);
        confirm();
    }
    EXPECT_EQ(puts, 0);
}

TEST_F(PreviousOnloadTest, LeavesTheDriverInWhereNoneWasConfirmed) {
    SetRecord sets;
    note_wanted(sets, fixture::kernel, bad);
    write(sets);
    const auto report = boot();
    EXPECT_EQ(report.state, State::degraded);
    EXPECT_EQ(report.code, ReasonCode::onload_missing);
    EXPECT_EQ(loaded_build(), other_build);
    EXPECT_EQ(entry(bad).failed, 0U);
}

}  // namespace
}  // namespace onload_node
