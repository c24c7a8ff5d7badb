// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/timeline.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

UnitTimes unit(const std::string& id, int begun, int active) {
    UnitTimes times;
    times.id = id;
    times.load_state = "loaded";
    times.begun = Milliseconds(begun);
    times.active = Milliseconds(active);
    return times;
}

/// A boot in which the firewall is there in the middle of our run, and the network waits for both.
TimelineFacts a_boot() {
    TimelineFacts facts;
    facts.boot_id = "boot-1";
    facts.record.boot_id = "boot-1";
    facts.record.steps = {
        {"write 71-onload-node-0000:08:00.0.link", 3000, 100},
        {"phase names", 3000, 200},
        {"unload sfc", 3200, 800},
        {"load sfc", 4000, 0},
        {"phase driver", 3200, 1700},
    };
    facts.units = {
        unit("network-pre.target", 5010, 5010),
        unit("onload-node.service", 2000, 5000),
        unit("systemd-udevd.service", 1000, 1500),
        unit("firewalld.service", 1200, 4000),
        unit("sfptpd.service", 0, 0),
        unit("kubelet.service", 9000, 65000),
    };
    facts.units[0].after = {"onload-node.service", "firewalld.service"};
    return facts;
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        longest = std::max(longest, end - begin);
        begin = end + 1;
    }
    return longest;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Timeline, ItsStepsAddUpToTheUnit) {
    const auto shown = make_timeline(a_boot());
    ASSERT_TRUE(shown.self);
    std::int64_t sum = 0;
    for (const auto& row : shown.steps) {
        sum += row.within ? 0 : row.took_ms;
    }
    EXPECT_EQ(sum, shown.self->took_ms);
    ASSERT_EQ(shown.steps.size(), 7U);
    EXPECT_EQ(shown.steps[0].name, "look and plan");
    EXPECT_EQ(shown.steps[1].name, "phase names");
    EXPECT_EQ(shown.steps[3].name, "phase driver");
    EXPECT_EQ(shown.steps[6].name, "look again and tell");
    EXPECT_EQ(shown.steps[6].took_ms, 100);
    EXPECT_TRUE(shown.notes.empty());
}

TEST(Timeline, TheNetworkWaitedForUsOnlyWhereNobodyElseWasLate) {
    auto facts = a_boot();
    EXPECT_EQ(make_timeline(facts).delay_ms, 1000);
    facts.units[0].after.pop_back();
    EXPECT_EQ(make_timeline(facts).delay_ms, 3000);
    // One that came after us: the target would have waited anyway.
    facts.units[0].after.emplace_back("firewalld.service");
    facts.units[0].active = Milliseconds(7000);
    facts.units[3].active = Milliseconds(7000);
    EXPECT_EQ(make_timeline(facts).delay_ms, 0);
}

TEST(Timeline, TellsAStartOfTheUnitUnderTheNetwork) {
    auto facts = a_boot();
    facts.units[1] = unit("onload-node.service", 60000, 61000);
    const auto shown = make_timeline(facts);
    EXPECT_EQ(shown.delay_ms, 0);
    ASSERT_EQ(shown.notes.size(), 2U);
    EXPECT_TRUE(has(shown.notes[0], "was started again")) << shown.notes[0];
    EXPECT_TRUE(has(shown.notes[1], "not the unit's")) << shown.notes[1];
    EXPECT_EQ(shown.steps.size(), 5U);
}

TEST(Timeline, AFailedUnitHasAnEndToo) {
    auto facts = a_boot();
    facts.units[1].active = Milliseconds(0);
    facts.units[1].inactive = Milliseconds(5000);
    ASSERT_TRUE(make_timeline(facts).self);
    EXPECT_EQ(make_timeline(facts).self->took_ms, 3000);
    // Before the start that is under way.
    facts.units[1].inactive = Milliseconds(1000);
    EXPECT_FALSE(make_timeline(facts).self);
}

TEST(Timeline, SaysWhatItDoesNotKnow) {
    auto facts = a_boot();
    facts.units.clear();
    facts.units_problem = "the bus is away";
    auto shown = make_timeline(facts);
    ASSERT_EQ(shown.notes.size(), 1U);
    EXPECT_EQ(shown.notes[0], "systemd does not tell: the bus is away");
    EXPECT_EQ(shown.steps.size(), 5U);
    facts.record.boot_id = "boot-0";
    shown = make_timeline(facts);
    EXPECT_TRUE(shown.steps.empty());
    EXPECT_TRUE(has(shown.notes[1], "no run of this boot")) << shown.notes[1];
}

TEST(Timeline, ShowsARecordOfAnOlderVersionWithoutPlaces) {
    auto facts = a_boot();
    facts.record.steps.clear();
    facts.record.timings_ms = {{"load sfc", 12}, {"phase driver", 1700}};
    const auto text = timeline_text(make_timeline(facts), 80);
    EXPECT_TRUE(has(text, "  load sfc")) << text;
    EXPECT_TRUE(has(text, "-    1.700\n")) << text;
}

TEST(Timeline, FitsIntoEachWidth) {
    for (const std::size_t width : {40U, 41U, 63U, 80U, 100U}) {
        const auto text = timeline_text(make_timeline(a_boot()), width);
        EXPECT_LE(longest_line(text), width) << text;
        EXPECT_EQ(
            text.find_first_not_of(
                "\n #|.-'();,:+0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
            ),
            std::string::npos
        ) << text;
    }
    EXPECT_LE(longest_line(timeline_text(make_timeline(a_boot()), 5)), 40U);
}

TEST(Timeline, DrawsABarWhereThePartBelongs) {
    const auto text = timeline_text(make_timeline(a_boot()), 80);
    EXPECT_TRUE(has(text, "onload-node.service took 3.000 s, from 2.000 s")) << text;
    EXPECT_TRUE(has(text, "network-pre.target was reached at 5.010 s; 1.000 s of that")) << text;
    EXPECT_TRUE(has(text, "  2.000    1.000 ######\n")) << text;
    EXPECT_TRUE(has(text, "  4.000    0.000              |\n")) << text;
    EXPECT_TRUE(has(text, "\nsystemd-udevd.service ")) << text;
}

TEST(Timeline, HasAllOfItAsJson) {
    const auto json = timeline_json(make_timeline(a_boot()));
    for (const std::string part :
         {"\"schema\" : 1",
          "\"boot_id\" : \"boot-1\"",
          "\"delay_ms\" : 1000",
          "\"reached_ms\" : 5010",
          "\"step\" : \"unload sfc\"",
          "\"notes\" : []"}) {
        EXPECT_TRUE(has(json, part)) << part << " in " << json;
    }
    EXPECT_FALSE(has(json, "sfptpd.service")) << json;
}

}  // namespace
}  // namespace onload_node
