// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/planning/inverse.hpp"
#include "run/step_toml.hpp"
#include "run/undo_log.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::MemoryNode;
using fixture::module;

/// One step of every kind that is an inverse, each field filled.
std::vector<Step> every_kind() {
    return {
        WriteLinkFile{"/run/x", "two\nlines \"quoted\"\n"},
        RemoveLinkFile{"/run/y"},
        UnblockAutoload{},
        RemoveTimeMarker{},
        ReloadUdev{},
        UnloadModule{module("sfc"), true},
        LoadModule{
            module("sfc"), Origin::out_of_tree, "/opt/sfc.ko", "aa", "bb", {{"rss_cpus", "cores"}}},
        AwaitPorts{{{fixture::port_address(0), "sf0"}, {fixture::port_address(1), ""}}},
        DisarmGuard{"boot-1"},
        SetKernelSetting{"kernel.panic", "0", "5"},
        ReleaseFunctions{{fixture::port_address(0), fixture::port_address(1)}},
        BindFunctions{{fixture::port_address(1)}, {module("sfc"), module("onload")}},
        UnmaskUnit{"chronyd.service"},
        StopUnit{"chronyd.service"},
        StartUnit{"sfptpd.service"},
    };
}

/// One step of every kind that takes nothing back.
std::vector<Step> never_logged() {
    return {
        RememberNames{"names"},
        BlockAutoload{"rules"},
        WriteTimeMarker{},
        TriggerInterfaces{fixture::port_address(1)},
        ArmGuard{},
        HoldFunctions{{fixture::port_address(0)}},
        MaskUnit{"chronyd.service"},
    };
}

TEST(StepToml, EveryKindComesBackAsItWas) {
    ASSERT_EQ(every_kind().size() + never_logged().size(), std::variant_size_v<Step>);
    for (const auto& step : every_kind()) {
        const auto read = step_from_toml(to_toml(step));
        ASSERT_TRUE(read) << describe(step) << ": " << read.error().message;
        EXPECT_EQ(*read, step);
    }
}

TEST(StepToml, WhatTakesAStepBackComesBackFromTheLog) {
    auto steps = every_kind();
    std::ranges::copy(never_logged(), std::back_inserter(steps));
    for (const auto& step : steps) {
        for (const auto& back : inverse(step, fixture::booting_node())) {
            const auto read = step_from_toml(to_toml(back));
            ASSERT_TRUE(read) << describe(back) << ": " << read.error().message;
            EXPECT_EQ(*read, back);
        }
    }
}

TEST(StepToml, RefusesWhatTakesNothingBack) {
    for (const std::string kind :
         {"remember-names",
          "block-autoload",
          "trigger-interfaces",
          "arm-guard",
          "mask-unit",
          "fly"}) {
        const auto read = step_from_toml(toml::table{{"kind", kind}});
        ASSERT_FALSE(read) << kind;
        EXPECT_EQ(read.error().code, ErrorCode::mismatch);
        EXPECT_EQ(read.error().message, "there is no kind of step \"" + kind + "\"");
    }
    for (const auto& step : never_logged()) {
        EXPECT_FALSE(step_from_toml(to_toml(step))) << describe(step);
    }
}

TEST(StepToml, NamesTheKeyThatIsWrong) {
    for (const auto& step : every_kind()) {
        const auto whole = to_toml(step);
        for (const auto& [key, node] : whole) {
            auto damaged = whole;
            damaged.erase(key);
            const auto read = step_from_toml(damaged);
            ASSERT_FALSE(read) << describe(step) << " without " << key.str();
            if (key.str() != "kind") {
                EXPECT_NE(read.error().message.find(key.str()), std::string::npos)
                    << read.error().message;
            }
        }
    }
}

TEST(UndoLog, RemembersAcrossProcesses) {
    MemoryNode node(fixture::booting_node());
    UndoLog log(node);
    ASSERT_TRUE(log.append({PhaseName::names, "first", {RemoveLinkFile{"/run/a"}}}));
    ASSERT_TRUE(log.commit());
    ASSERT_TRUE(log.append({PhaseName::driver, "second", every_kind()}));
    UndoLog found(node);
    ASSERT_TRUE(found.load());
    EXPECT_TRUE(found.open());
    EXPECT_EQ(found.committed(), 1U);
    ASSERT_EQ(found.entries().size(), 2U);
    EXPECT_EQ(found.entries()[1].phase, PhaseName::driver);
    EXPECT_EQ(found.entries()[1].inverse, every_kind());
}

/// What the file says was done, entry by entry.
std::vector<std::string> recorded(Files& files) {
    UndoLog log(files);
    std::vector<std::string> done;
    if (log.load()) {
        for (const auto& entry : log.entries()) {
            done.push_back(entry.done);
        }
    }
    return done;
}

TEST(UndoLog, SaysNothingMoreOfWhatIsGone) {
    MemoryNode node(fixture::booting_node());
    node.fail_call(1);
    UndoLog log(node);
    ASSERT_TRUE(log.append({PhaseName::names, "first", {RemoveLinkFile{"/run/a"}}}));
    ASSERT_FALSE(log.append({PhaseName::driver, "not recorded", {RemoveLinkFile{"/run/b"}}}));
    ASSERT_TRUE(log.append({PhaseName::driver, "second", {RemoveLinkFile{"/run/c"}}}));
    EXPECT_EQ(recorded(node), (std::vector<std::string>{"first", "second"}));
    ASSERT_TRUE(log.truncate(1));
    ASSERT_TRUE(log.append({PhaseName::driver, "third", {RemoveLinkFile{"/run/d"}}}));
    EXPECT_EQ(recorded(node), (std::vector<std::string>{"first", "third"}));
}

/// What a file may hold that is to come back as it was; bytes that are no UTF-8 are not kept.
TEST(UndoLog, GivesBackWhateverAFileHeld) {
    for (const std::string& content : {
             std::string("'''\n'''"),
             std::string("\"\"\"\n\\ \\u0041"),
             std::string("\r\n\t\x7f\x1b"),
             std::string("a\0b\n", 4),
             std::string("\xef\xbb\xbf\xf0\x9f\x98\x80\n"),
         }) {
        MemoryNode node(fixture::booting_node());
        UndoLog log(node);
        ASSERT_TRUE(log.append({PhaseName::names, "write x", {WriteLinkFile{"/run/x", content}}}));
        UndoLog again(node);
        ASSERT_TRUE(again.load()) << testing::PrintToString(content);
        ASSERT_EQ(again.entries().size(), 1U);
        EXPECT_EQ(again.entries().front().inverse.front(), Step(WriteLinkFile{"/run/x", content}));
    }
}

TEST(UndoLog, TakesNoFractionForACount) {
    MemoryNode node(fixture::booting_node());
    ASSERT_TRUE(node.write(paths::undo_log, "committed = -533333E33\n"));
    UndoLog log(node);
    ASSERT_TRUE(log.load());
    EXPECT_EQ(log.committed(), 0U);
}

TEST(UndoLog, AnEntryThatCouldNotBeWrittenIsNotThere) {
    MemoryNode node(fixture::booting_node());
    node.fail_call(0);
    UndoLog log(node);
    EXPECT_FALSE(log.append({PhaseName::names, "first", {}}));
    EXPECT_TRUE(log.entries().empty());
}

TEST(UndoLog, IsGoneWhenEverythingIsTakenBack) {
    MemoryNode node(fixture::booting_node());
    UndoLog log(node);
    ASSERT_TRUE(log.append({PhaseName::names, "first", {}}));
    ASSERT_TRUE(log.truncate(0));
    EXPECT_FALSE(node.files().contains(std::string(paths::undo_log)));
}

TEST(UndoLog, SaysWhatItCannotUnderstand) {
    for (const char* text :
         {"entry = 3\n[[entry",
          "[[entry]]\nphase = \"nowhere\"\ninverse = []",
          "[[entry]]\nphase = \"driver\"\n",
          "[[entry]]\nphase = \"driver\"\ninverse = [3]",
          "entry = [3]"}) {
        MemoryNode node(fixture::booting_node());
        ASSERT_TRUE(node.write(paths::undo_log, text));
        UndoLog log(node);
        const auto loaded = log.load();
        ASSERT_FALSE(loaded) << text;
        EXPECT_EQ(loaded.error().code, ErrorCode::mismatch);
    }
}

}  // namespace
}  // namespace onload_node
