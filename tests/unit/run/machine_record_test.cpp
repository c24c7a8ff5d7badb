// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "run/guard.hpp"
#include "run/machine_record.hpp"
#include "run/records.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace onload_node::machine_record_test {
namespace {

using fixture::MemoryNode;

const std::string first(32, 'a');
const std::string second(32, 'b');
const std::string third(32, 'c');
const std::string state(paths::state_directory);
const std::string hardware_of_first = "4c4c4544-0032-3510-8057-b4c04f4d3733";
const std::string hardware_of_second = "4c4c4544-0032-3510-8057-b4c04f4d3734";

/// A disk in one machine after the other: what differs is the id and the card.
class MachineRecordTest : public testing::Test {
protected:
    MachineRecordTest() {
        enter(first, 0x10);
        EXPECT_TRUE(remember_machine(node_, look()));
        write_records();
    }

    /// The disk is in a machine of this id whose ports have these addresses.
    void enter(const std::string& id, std::uint8_t last_octet) {
        EXPECT_TRUE(node_.write(paths::machine_id, id + "\n"));
        EXPECT_TRUE(node_.remove(paths::put_aside_note));
        seen_ = fixture::booting_node();
        for (auto& function : seen_.functions) {
            function.interfaces.front().permanent_mac =
                MacAddress{{0x00, 0x0f, 0x53, 0, 0, last_octet++}};
        }
    }

    /// The machine's firmware says that it is this one.
    void say_hardware(const std::string& uuid) {
        EXPECT_TRUE(node_.write(paths::machine_hardware, uuid + "\n"));
    }

    void hide_ports() {
        for (auto& function : seen_.functions) {
            function.interfaces.clear();
        }
    }

    void write_records() {
        EXPECT_TRUE(write_guard(node_, {{"sfc aa"}, "5.14", 2, "boot-of-old", true, "it died"}));
        EXPECT_TRUE(
            node_.write(paths::names_file, to_text({{fixture::port_address(0), {}, "sf0", {}}}))
        );
        EXPECT_TRUE(write_reach(node_, {{MacAddress{{0, 0x0f, 0x53, 0, 0, 0x10}}, true}}));
    }

    /// What is seen, with the records as a look reads them.
    Observed look() {
        Observed observed = seen_;
        read_guard(observed, node_);
        read_name_record(observed, node_);
        observe_owner(observed, node_);
        return observed;
    }

    /// Where a record of the machine of this id is put aside.
    std::string path_aside(const std::string& id, const std::string& record) {
        Observed there;
        MemoryNode node(fixture::booting_node());
        EXPECT_TRUE(node.write(paths::machine_id, id));
        observe_owner(there, node);
        return state + "/of-" + there.machine.id + "-" + record;
    }

    std::string aside(const std::string& id, const std::string& record) {
        return node_.read(path_aside(id, record + ".toml")).value_or("");
    }

    MemoryNode node_{fixture::booting_node()};
    Observed seen_;
};

TEST_F(MachineRecordTest, TheSameMachineGoesOnWithWhatItHas) {
    const Observed observed = look();
    EXPECT_EQ(observed.records_owner, RecordsOwner::this_machine);
    EXPECT_TRUE(observed.guard);
    EXPECT_EQ(observed.remembered.size(), 1U);
    EXPECT_EQ(observed.records_note, "");
}

TEST_F(MachineRecordTest, AClonedDiskStartsAnewAndLosesNothing) {
    const auto guard = node_.files().at(std::string(paths::guard_file));
    enter(second, 0x20);
    Observed observed = look();
    EXPECT_EQ(observed.records_owner, RecordsOwner::another_machine);
    EXPECT_FALSE(observed.guard);
    EXPECT_TRUE(observed.remembered.empty());
    EXPECT_NE(observed.records_note.find(observed.recorded.id), std::string::npos);
    ASSERT_TRUE(put_records_aside(node_, observed));
    observed = look();
    EXPECT_EQ(observed.records_owner, RecordsOwner::this_machine);
    EXPECT_NE(observed.records_note, "") << "in this boot it is told";
    EXPECT_TRUE(read_reach(node_).empty());
    EXPECT_EQ(aside(first, "guard"), guard);
    EXPECT_NE(aside(first, "names"), "");
    EXPECT_NE(aside(first, "reach"), "");
}

TEST_F(MachineRecordTest, OneOfBothIsNoOtherMachine) {
    enter(second, 0x10);
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << "the id was made anew";
    EXPECT_TRUE(look().guard);
    enter(first, 0x30);
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << "the card was replaced";
    EXPECT_EQ(look().remembered.size(), 1U);
}

// As of an image-based upgrade or of an image that keeps /etc/machine-id: every machine has the id.
TEST_F(MachineRecordTest, TheSameIdInOtherHardwareIsAnotherMachine) {
    say_hardware(hardware_of_first);
    ASSERT_TRUE(remember_machine(node_, look()));
    enter(first, 0x30);
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << "the card was replaced";
    enter(first, 0x10);
    say_hardware(hardware_of_second);
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << "the board was replaced";
    enter(first, 0x30);
    EXPECT_EQ(look().records_owner, RecordsOwner::another_machine);
    EXPECT_FALSE(look().guard);
    hide_ports();
    EXPECT_EQ(look().records_owner, RecordsOwner::undecided);
    enter("uninitialized", 0x30);
    EXPECT_EQ(look().records_owner, RecordsOwner::another_machine);
    ASSERT_TRUE(put_records_aside(node_, look()));
    enter(second, 0x30);
    ASSERT_TRUE(remember_machine(node_, look()));
    say_hardware(hardware_of_first);
    enter(third, 0x10);
    EXPECT_EQ(look().records_owner, RecordsOwner::another_machine);
}

TEST_F(MachineRecordTest, HardwareThatTellsNothingDecidesNothing) {
    for (const std::string uuid :
         {"",
          "00000000-0000-0000-0000-000000000000",
          "ffffffff-ffff-ffff-ffff-ffffffffffff",
          "Not Settable"}) {
        say_hardware(uuid);
        ASSERT_TRUE(remember_machine(node_, look()));
        say_hardware(hardware_of_second);
        enter(first, 0x30);
        EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << uuid;
        enter(first, 0x10);
    }
    // Known now; a boot that cannot read it decides nothing either.
    ASSERT_TRUE(remember_machine(node_, look()));
    ASSERT_TRUE(node_.remove(paths::machine_hardware));
    enter(first, 0x30);
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine);
    ASSERT_TRUE(remember_machine(node_, look()));
    // Nor does an id that is made anew meanwhile.
    enter(second, 0x30);
    ASSERT_TRUE(remember_machine(node_, look()));
    say_hardware(hardware_of_first);
    enter(second, 0x40);
    EXPECT_EQ(look().records_owner, RecordsOwner::another_machine) << "it was not forgotten";
}

TEST_F(MachineRecordTest, WhatChangesIsRemembered) {
    enter(first, 0x30);
    ASSERT_TRUE(remember_machine(node_, look()));
    enter(second, 0x30);
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << "its card came later";
    ASSERT_TRUE(remember_machine(node_, look()));
    enter(third, 0x10);
    EXPECT_EQ(look().records_owner, RecordsOwner::another_machine) << "with the first card";
}

TEST_F(MachineRecordTest, NothingIsThrownAwayOnAGuess) {
    for (const std::string id : {"", "uninitialized", "00000000000000000000000000000000"}) {
        enter(id, 0x20);
        EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << id;
        ASSERT_TRUE(remember_machine(node_, look()));
    }
    enter(second, 0x20);
    EXPECT_EQ(look().records_owner, RecordsOwner::another_machine) << "the first is remembered";
    hide_ports();
    EXPECT_EQ(look().records_owner, RecordsOwner::undecided);
    EXPECT_TRUE(look().guard);
    ASSERT_TRUE(node_.write(paths::machine_file, "machine = \n"));
    EXPECT_EQ(look().records_owner, RecordsOwner::this_machine)
        << "of earlier versions, or damaged";
}

TEST_F(MachineRecordTest, ADamagedRecordIsWrittenAnewAndNothingIsLost) {
    const std::string whole = node_.read(paths::machine_file).value();
    const std::vector<std::string> texts = {
        "",
        "machine",
        std::string("\xff\0\x01", 3),
        whole.substr(0, whole.size() / 2),
        "machine = 5\nports = 7\nhardware = []",
        "machine = 'aaaaaaaaaaaaaaaa'\nports = [5, 'x']\nmachine = 'b'"};
    for (const auto& text : texts) {
        enter(second, 0x20);
        ASSERT_TRUE(node_.write(paths::machine_file, text));
        EXPECT_EQ(look().records_owner, RecordsOwner::this_machine) << text;
        EXPECT_TRUE(look().guard) << text;
        ASSERT_TRUE(remember_machine(node_, look()));
        enter(third, 0x30);
        EXPECT_EQ(look().records_owner, RecordsOwner::another_machine) << text;
    }
}

TEST_F(MachineRecordTest, TheIdItselfIsNowhere) {
    enter(second, 0x20);
    ASSERT_TRUE(put_records_aside(node_, look()));
    for (const auto& [path, content] : node_.files()) {
        EXPECT_EQ(path.find(first), std::string::npos) << path;
        const bool own = path == paths::machine_id;
        EXPECT_EQ(content.find(second), own ? 0 : std::string::npos) << path;
    }
    ASSERT_TRUE(node_.write(paths::machine_file, "machine = '../../etc/passwd'\n"));
    EXPECT_EQ(look().recorded.id, "") << "no part of a path";
    say_hardware(hardware_of_first);
    ASSERT_TRUE(remember_machine(node_, look()));
    for (const auto& [path, content] : node_.files()) {
        const bool own = path == paths::machine_hardware;
        EXPECT_EQ(content.find(hardware_of_first), own ? 0 : std::string::npos) << path;
    }
}

TEST_F(MachineRecordTest, OneGenerationIsKept) {
    enter(second, 0x20);
    ASSERT_TRUE(put_records_aside(node_, look()));
    ASSERT_TRUE(node_.write(paths::names_file, ""));
    enter(third, 0x30);
    ASSERT_TRUE(put_records_aside(node_, look()));
    EXPECT_EQ(aside(first, "guard"), "");
    EXPECT_EQ(aside(second, "guard"), "") << "it had none";
    EXPECT_TRUE(node_.exists(path_aside(second, "names.toml")));
}

TEST_F(MachineRecordTest, CutShortAtAnyMomentItIsFinishedByTheNextRun) {
    const auto whole = node_.files();
    enter(second, 0x20);
    for (int calls = 0;; ++calls) {
        MemoryNode node(fixture::booting_node());
        for (const auto& [path, content] : whole) {
            ASSERT_TRUE(node.write(path, content));
        }
        ASSERT_TRUE(node.write(paths::machine_id, second));
        const auto look_at = [&] {
            Observed observed = seen_;
            read_guard(observed, node);
            read_name_record(observed, node);
            observe_owner(observed, node);
            return observed;
        };
        node.next_process();
        node.decide(calls, fixture::Fate::killed);
        static_cast<void>(put_records_aside(node, look_at()));
        const bool killed = node.killed();
        node.next_process();
        const auto again = look_at();
        EXPECT_FALSE(again.guard) << calls;
        EXPECT_TRUE(again.remembered.empty()) << calls;
        if (again.records_owner == RecordsOwner::another_machine) {
            ASSERT_TRUE(put_records_aside(node, again));
        }
        for (const auto path : {paths::guard_file, paths::names_file, paths::reach_file}) {
            EXPECT_FALSE(node.exists(path)) << calls << " " << path;
            const auto kept = path_aside(first, file_name(path));
            EXPECT_EQ(node.read(kept).value_or(""), whole.at(std::string(path))) << calls;
        }
        if (!killed) {
            EXPECT_GT(calls, 6);
            break;
        }
    }
}

TEST_F(MachineRecordTest, AGuardThatThisBootHasArmedIsItsOwn) {
    enter(second, 0x20);
    seen_.boot_id = "this-boot";
    ASSERT_TRUE(write_guard(node_, {{"sfc aa"}, "5.14", 1, "this-boot", false, ""}));
    const Observed observed = look();
    EXPECT_TRUE(observed.guard);
    ASSERT_TRUE(put_records_aside(node_, observed));
    EXPECT_TRUE(node_.exists(paths::guard_file));
}

}  // namespace
}  // namespace onload_node::machine_record_test
