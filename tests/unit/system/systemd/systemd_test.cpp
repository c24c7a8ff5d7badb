// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "system/systemd/systemd.hpp"
#include "unit/system/processes/patience.hpp"
#include "unit/system/systemd/fake_manager.hpp"

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::FakeManager;
using fixture::FakeUnit;
using std::chrono::steady_clock;
using Strings = std::vector<std::string>;

FakeUnit unit(const std::string& id) {
    FakeUnit made;
    made.id = id;
    return made;
}

TEST(SystemdUnits, TellsTheStateAndResolvesAnAlias) {
    FakeUnit chronyd = unit("chronyd.service");
    chronyd.file_state = "masked-runtime";
    FakeManager manager({{"chrony.service", chronyd}});
    SystemdUnits units(manager.take_client());
    const auto state = units.state("chrony.service");
    // The alias has no unit file of its own in this fixture: the state is asked for by the real
    // name.
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->id, "chronyd.service");
    EXPECT_EQ(state->load_state, "loaded");
    EXPECT_EQ(state->active_state, "active");
    EXPECT_FALSE(state->job_pending);
    EXPECT_EQ(
        manager.calls(), (Strings{"LoadUnit chrony.service", "GetUnitFileState chronyd.service"})
    );
    EXPECT_EQ(state->file_state, "");
}

TEST(SystemdUnits, TellsWhenAUnitBeganAndWhatItWaitsFor) {
    FakeUnit target = unit("network-pre.target");
    target.moments = {
        {"InactiveExitTimestampMonotonic", 1999999},
        {"ActiveEnterTimestampMonotonic", 5000000},
        {"InactiveEnterTimestampMonotonic", 0}};
    target.after = {"a.service", "b.service"};
    FakeManager manager({{target.id, target}});
    const auto times = SystemdUnits(manager.take_client()).times(target.id);
    ASSERT_TRUE(times) << times.error().message;
    EXPECT_EQ(times->id, target.id);
    EXPECT_EQ(times->load_state, "loaded");
    EXPECT_EQ(times->begun, Milliseconds(1999));
    EXPECT_EQ(times->active, Milliseconds(5000));
    EXPECT_EQ(times->inactive, Milliseconds(0));
    EXPECT_EQ(times->after, target.after);
}

TEST(SystemdUnits, ReadsTheFileStateFromTheFiles) {
    FakeUnit chronyd = unit("chronyd.service");
    chronyd.file_state = "masked-runtime";
    FakeManager manager({{"chronyd.service", chronyd}});
    EXPECT_EQ(
        SystemdUnits(manager.take_client()).state("chronyd.service").value().file_state,
        "masked-runtime"
    );
}

TEST(SystemdUnits, TellsAQueuedStartFromAQueuedStop) {
    for (const auto& [type, pending] :
         {std::pair("start", true), {"restart", true}, {"stop", false}}) {
        FakeUnit queued = unit("chronyd.service");
        queued.job_type = type;
        FakeManager manager({{"chronyd.service", queued}});
        const auto state = SystemdUnits(manager.take_client()).state("chronyd.service");
        ASSERT_TRUE(state) << state.error().message;
        EXPECT_EQ(state->job_pending, pending) << type;
    }
}

TEST(SystemdUnits, KnowsAUnitThatIsNotThere) {
    FakeUnit absent = unit("sfptpd.service");
    absent.load_state = "not-found";
    absent.active_state = "inactive";
    absent.file_state = "";
    FakeManager manager({{"sfptpd.service", absent}});
    const auto state = SystemdUnits(manager.take_client()).state("sfptpd.service");
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_FALSE(state->exists());
}

TEST(SystemdUnits, MasksUntilTheNextBootWithoutAReload) {
    FakeManager manager({{"chronyd.service", unit("chronyd.service")}});
    SystemdUnits units(manager.take_client());
    ASSERT_TRUE(units.mask("chronyd.service"));
    EXPECT_EQ(manager.calls(), Strings{"MaskUnitFiles chronyd.service runtime"});
}

TEST(SystemdUnits, ReloadsOnlyWhenTheMaskIsHeld) {
    for (const bool held : {false, true}) {
        FakeUnit chronyd = unit("chronyd.service");
        chronyd.load_state = held ? "masked" : "loaded";
        FakeManager manager({{"chronyd.service", chronyd}});
        SystemdUnits units(manager.take_client());
        ASSERT_TRUE(units.unmask("chronyd.service"));
        const auto calls = manager.calls();
        EXPECT_EQ(calls.front(), "UnmaskUnitFiles chronyd.service runtime");
        EXPECT_EQ(calls.back() == "Reload", held);
    }
}

TEST(SystemdUnits, WaitsForTheEndOfTheStopJob) {
    for (const bool before_reply : {false, true}) {
        FakeUnit chronyd = unit("chronyd.service");
        chronyd.ends_before_reply = before_reply;
        FakeManager manager({{"chronyd.service", chronyd}});
        SystemdUnits units(manager.take_client());
        const auto stopped = units.stop("chronyd.service", fixture::patience);
        ASSERT_TRUE(stopped) << stopped.error().message;
        EXPECT_EQ(manager.calls(), (Strings{"Subscribe", "StopUnit chronyd.service"}));
    }
}

TEST(SystemdUnits, SaysHowAStopJobFailed) {
    FakeUnit chronyd = unit("chronyd.service");
    chronyd.stop_result = "timeout";
    FakeManager manager({{"chronyd.service", chronyd}});
    const auto stopped =
        SystemdUnits(manager.take_client()).stop("chronyd.service", fixture::patience);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(
        stopped.error().message, "cannot stop chronyd.service: its stop job ended with \"timeout\""
    );
}

TEST(SystemdUnits, GivesUpAStopAtTheLimit) {
    FakeUnit chronyd = unit("chronyd.service");
    chronyd.stop_result = "";
    const Strings both = {"Subscribe", "StopUnit chronyd.service"};
    Strings calls;
    ErrorCode code{};
    steady_clock::duration waited{};
    fixture::with_growing_limit([&](Milliseconds limit) {
        FakeManager manager({{"chronyd.service", chronyd}});
        const auto begin = steady_clock::now();
        const auto stopped = SystemdUnits(manager.take_client()).stop("chronyd.service", limit);
        waited = steady_clock::now() - begin - limit;
        code = stopped ? ErrorCode::usage : stopped.error().code;
        calls = manager.calls();
        return calls == both;
    });
    EXPECT_EQ(calls, both);
    EXPECT_EQ(code, ErrorCode::timeout);
    EXPECT_GE(waited, Milliseconds(0));
    EXPECT_LT(waited, fixture::patience);
}

TEST(SystemdUnits, CountsAUnitThatIsNotHeldAsStopped) {
    FakeManager manager({});
    EXPECT_TRUE(SystemdUnits(manager.take_client()).stop("chronyd.service", fixture::patience));
}

TEST(SystemdUnits, TellsWhetherTheMarkerHoldsAUnitBack) {
    const std::string marker(paths::time_marker);
    using Conditions = std::vector<std::pair<bool, std::string>>;
    for (const auto& [conditions, heeds] :
         {std::pair(Conditions{}, false),
          {Conditions{{true, "/etc/x"}, {true, marker}}, true},
          {Conditions{{false, marker}}, false},
          {Conditions{{true, marker + "2"}}, false}}) {
        FakeUnit chronyd = unit("chronyd.service");
        chronyd.conditions = conditions;
        FakeManager manager({{"chronyd.service", chronyd}});
        const auto state = SystemdUnits(manager.take_client()).state("chronyd.service");
        ASSERT_TRUE(state) << state.error().message;
        EXPECT_EQ(state->heeds_marker, heeds);
        EXPECT_EQ(state->fragment, chronyd.fragment);
    }
}

TEST(SystemdUnits, StartsWhatFailedTooOftenOrWasReadWhileMasked) {
    FakeUnit failed = unit("sfptpd.service");
    failed.active_state = "failed";
    FakeUnit unmasked = unit("chronyd.service");
    unmasked.load_state = "masked";
    FakeManager manager({{"sfptpd.service", failed}, {"chronyd.service", unmasked}});
    SystemdUnits units(manager.take_client());
    EXPECT_TRUE(units.start("sfptpd.service"));
    EXPECT_TRUE(units.start("chronyd.service"));
    EXPECT_EQ(
        manager.calls(),
        (Strings{
            "LoadUnit sfptpd.service",
            "GetUnitFileState sfptpd.service",
            "ResetFailedUnit sfptpd.service",
            "StartUnit sfptpd.service",
            "LoadUnit chronyd.service",
            "GetUnitFileState chronyd.service",
            "Reload",
            "StartUnit chronyd.service"})
    );
}

TEST(SystemdUnits, StartsAndRestartsWithoutWaiting) {
    FakeManager manager({{"sfptpd.service", unit("sfptpd.service")}});
    SystemdUnits units(manager.take_client());
    EXPECT_TRUE(units.start("sfptpd.service"));
    EXPECT_TRUE(units.restart("sfptpd.service"));
    EXPECT_EQ(
        manager.calls(),
        (Strings{
            "LoadUnit sfptpd.service",
            "GetUnitFileState sfptpd.service",
            "StartUnit sfptpd.service",
            "RestartUnit sfptpd.service"})
    );
    const auto none = units.start("none.service");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::not_found);
    EXPECT_EQ(
        none.error().message,
        "cannot start none.service: systemd says: Unit none.service not found."
    );
}

TEST(SystemdUnits, ShowsATextInThePlaceOfADescription) {
    auto ours = unit("onload-node.service");
    ours.active_state = "failed";
    ours.description = "as in its file";
    FakeManager manager({{"onload-node.service", ours}});
    SystemdUnits units(manager.take_client());
    EXPECT_TRUE(units.set_description("onload-node.service", "in-tree: 100% sure\nof it"));
    EXPECT_EQ(
        manager.calls(),
        (Strings{
            "LoadUnit onload-node.service",
            "SetUnitProperties onload-node.service",
            "Description=in-tree: 100% sure of it until the next boot"})
    );
}

TEST(SystemdUnits, ShowsNothingAnewThatItShows) {
    auto ours = unit("onload-node.service");
    ours.description = "active: as configured";
    FakeManager manager({{"onload-node.service", ours}});
    EXPECT_TRUE(SystemdUnits(manager.take_client())
                    .set_description("onload-node.service", "active: as configured"));
    EXPECT_EQ(manager.calls(), Strings{"LoadUnit onload-node.service"});
}

TEST(SystemdUnits, DescribesNoUnitThatIsNotThere) {
    auto ours = unit("onload-node.service");
    ours.load_state = "not-found";
    FakeManager manager({{"onload-node.service", ours}});
    EXPECT_TRUE(SystemdUnits(manager.take_client()).set_description("onload-node.service", "active")
    );
    EXPECT_EQ(manager.calls(), Strings{"LoadUnit onload-node.service"});
}

TEST(SystemdUnits, HasUdevdReloadBySignal) {
    FakeManager manager({});
    EXPECT_TRUE(SystemdUnits(manager.take_client()).reload_udev());
    EXPECT_EQ(
        manager.calls(), Strings{"KillUnit systemd-udevd.service main " + std::to_string(SIGHUP)}
    );
}

TEST(SystemdUnits, AUdevdThatDoesNotRunNeedsNoReload) {
    auto dead = unit("systemd-udevd.service");
    dead.active_state = "failed";
    FakeManager manager({{"systemd-udevd.service", dead}});
    EXPECT_TRUE(SystemdUnits(manager.take_client()).reload_udev());
    EXPECT_EQ(manager.calls().size(), 1U);
}

TEST(SystemdUnits, DoesNotWaitForAnAnswerForEver) {
    FakeManager manager({{"sfptpd.service", unit("sfptpd.service")}});
    SystemdUnits units(manager.take_client());
    ASSERT_TRUE(units.start("sfptpd.service"));
    manager.hang();
    const auto begin = steady_clock::now();
    // The limit of a stop is the shortest that a caller can give.
    const auto stopped = units.stop("sfptpd.service", Milliseconds(300));
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::timeout) << stopped.error().message;
    // A call without a limit of its own gets 25 seconds.
    EXPECT_LT(steady_clock::now() - begin, Milliseconds(25000));
}

}  // namespace
}  // namespace onload_node
