// SPDX-License-Identifier: BSD-2-Clause
#include "run/observe_parts.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"
#include "unit/run/quiet_machine.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

/// A node whose files say what the kernel demands.
class ObserveLoadTest : public testing::Test {
protected:
    void put(const std::string& path, const std::string& content) {
        ASSERT_TRUE(node_.write(path, content));
    }

    Observed demands() {
        Observed observed = fixture::booting_node();
        observed.staged.modules.at(fixture::module("sfc")).needs["printk"].crc = 1;
        observed.staged.modules.at(fixture::module("onload")).needs["efx_a"].crc = 2;
        observe_demands(observed, Config(), sensors_);
        return observed;
    }

    fixture::MemoryNode node_{fixture::booting_node()};
    fixture::NoHost host_;
    fixture::NoHardware hardware_;
    fixture::KnowingTrees trees_;
    Sensors sensors_{host_, hardware_, trees_, node_, node_, node_};
};

TEST_F(ObserveLoadTest, AsksForTheSymbolsOfAllStagedModules) {
    const auto symbols = demands().symbols;
    EXPECT_EQ(symbols.path, fixture::kernel);
    EXPECT_EQ(symbols.symbols.size(), 2U);
    EXPECT_TRUE(symbols.symbols.contains("efx_a"));
}

TEST_F(ObserveLoadTest, KnowsWhoDemandsSignatures) {
    EXPECT_EQ(demands().signatures.enforced_by, "");
    EXPECT_FALSE(demands().signatures.keys);
    put("/sys/module/module/parameters/sig_enforce", "N\n");
    put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
    EXPECT_EQ(demands().signatures.enforced_by, "");
    put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    EXPECT_EQ(demands().signatures.enforced_by, "lockdown");
    put("/sys/module/module/parameters/sig_enforce", "Y\n");
    EXPECT_EQ(demands().signatures.enforced_by, "module.sig_enforce");
}

TEST_F(ObserveLoadTest, KnowsWhetherTheKernelTracksBranches) {
    const auto tracked = [&](const std::string& kernel, bool built_for_it) {
        Observed observed = fixture::booting_node();
        observed.kernel = kernel;
        for (auto& [name, file] : observed.staged.modules) {
            file.branch_targets = built_for_it;
        }
        observe_demands(observed, Config(), sensors_);
        return observed.branch_tracking_by;
    };
    const std::string flags = "processor\t: 0\nflags\t\t: fpu umip ";
    put("/proc/cpuinfo", flags + "ibt\n\nprocessor\t: 1\nflags\t\t: fpu ibt\n");
    EXPECT_EQ(tracked("6.12.0-55.el10.x86_64", false), "this processor");
    EXPECT_EQ(tracked("6.12.0-55.el10.x86_64", true), "");
    EXPECT_EQ(tracked("5.14.0-570.el9.x86_64", false), "");
    for (const auto* const argument : {"ibt=off", "ibt=on ibt=warn"}) {
        put("/proc/cmdline", argument);
        EXPECT_EQ(tracked("6.12.0-55.el10.x86_64", false), "") << argument;
    }
    put("/proc/cmdline", "ibt=off ibt=fatal noibt=off");
    EXPECT_EQ(tracked("6.12.0-55.el10.x86_64", false), "this processor");
    put("/proc/cpuinfo", flags + "ibtx\n\nprocessor\t: 1\nflags\t\t: fpu ibt\n");
    EXPECT_EQ(tracked("6.12.0-55.el10.x86_64", false), "");
}

TEST_F(ObserveLoadTest, ListsTheKernelsAsymmetricKeys) {
    put("/proc/keys",
        "0072ab I------     1 perm 1f0b0000     0     0 keyring   .builtin_trusted_keys: 2\n"
        "01f0a6 I------     1 perm 1f030000     0     0 asymmetri Acme: key: 0badcafe: X509.rsa "
        "[]\n");
    EXPECT_EQ(
        demands().signatures.keys, std::vector<std::string>{" Acme: key: 0badcafe: X509.rsa []"}
    );
}

// The kernel shows others than root only what is theirs. No list is no list without keys.
TEST_F(ObserveLoadTest, KnowsNoKeysWhereNoneAreShown) {
    put("/proc/keys", "0072ab I--Q---     1 perm 1f3f0000  1000 65534 keyring   _uid.1000: 1\n");
    EXPECT_FALSE(demands().signatures.keys);
    put("/proc/keys", "");
    EXPECT_FALSE(demands().signatures.keys);
}

TEST_F(ObserveLoadTest, ReadsThePinsWhereTheyAre) {
    EXPECT_FALSE(demands().pins.exists);
    EXPECT_EQ(demands().pins.problem, "");
    put("/etc/onload-node/modules.sha256", "x");
    EXPECT_TRUE(demands().pins.exists);
    EXPECT_EQ(demands().pins.text, "x");
}

TEST_F(ObserveLoadTest, CountsStacks) {
    Observed observed;
    put("/proc/driver/onload/stacks_ul", "0: a\n1: b\n\n");
    observe_users(observed, sensors_);
    EXPECT_EQ(observed.onload_stacks, 2U);
}

using Interfaces = std::vector<std::string>;

TEST_F(ObserveLoadTest, FindsDisksOverTheNetworkAndWhatTheyGoThrough) {
    put("/sys/class/nvme/nvme0/address", "0000:3b:00.0\n");
    put("/sys/class/nvme/nvme1/address", "traddr=192.0.2.2,trsvcid=4420,host_traddr=192.0.2.1\n");
    put("/sys/class/iscsi_connection/connection1:0/address", "192.0.2.3\n");
    put("/sys/block/nbd0/size", "0\n");
    put("/sys/block/nbd1/pid", "7\n");
    put("/sys/block/sda/size", "1\n");
    // Of 192.0.2.3 the route goes over a bond.
    put("/sys/class/net/to-192.0.2.2/device", "");
    put("/sys/class/net/to-192.0.2.3/lower_sf0", "");
    put("/sys/class/net/to-192.0.2.3/lower_sf1", "");
    put("/sys/class/net/sf0/device", "");
    put("/sys/class/net/sf1/device", "");
    Observed observed;
    observe_storage(observed, sensors_);
    ASSERT_EQ(observed.storage.size(), 3U);
    EXPECT_EQ(observed.storage[0].what, "nvme1 at 192.0.2.2");
    EXPECT_EQ(observed.storage[0].interfaces, Interfaces{"to-192.0.2.2"});
    EXPECT_EQ(observed.storage[1].what, "the iSCSI target at 192.0.2.3");
    EXPECT_EQ(observed.storage[1].interfaces, (Interfaces{"to-192.0.2.3", "sf0", "sf1"}));
    EXPECT_EQ(observed.storage[2].what, "nbd1");
    EXPECT_EQ(observed.storage[2].interfaces, Interfaces{}) << "it may be anywhere";
}

TEST_F(ObserveLoadTest, FindsFileSystemsOfOtherMachines) {
    put("/proc/self/mountinfo",
        "29 1 8:3 / / rw,relatime shared:1 - xfs /dev/sda3 rw,addr=192.0.2.9\n"
        "91 29 0:50 / /var/data rw,relatime shared:9 master:2 - nfs4 192.0.2.4:/x "
        "rw,vers=4.2,addr=192.0.2.4\n"
        "92 29 0:51 / /c rw - ceph 192.0.2.5:6789:/ rw,name=a\n"
        "93 29 0:52 / /cut - nfs4\n");
    // What Open vSwitch makes is not tied to its ports.
    put("/sys/class/net/to-192.0.2.4/mtu", "");
    put("/sys/class/net/sf1/device", "");
    put("/sys/class/net/sf1/upper_ovs-system", "");
    Observed observed;
    observe_storage(observed, sensors_);
    ASSERT_EQ(observed.storage.size(), 2U);
    EXPECT_EQ(observed.storage[0].what, "the file system at /var/data");
    EXPECT_EQ(observed.storage[0].interfaces, (Interfaces{"to-192.0.2.4", "sf1"}));
    EXPECT_EQ(observed.storage[1].what, "the file system at /c");
    EXPECT_EQ(observed.storage[1].interfaces, Interfaces{});
}

/// PID 1 as it is while it reloads for too long.
class SilentUnits final : public Units {
public:
    [[nodiscard]] Result<UnitState> state(const std::string& name) override {
        ++asked;
        return name == answers ? Result<UnitState>(UnitState{name, "loaded", "inactive", "", false})
                               : failure(ErrorCode::timeout, "PID 1 does not answer");
    }

    [[nodiscard]] Result<void> mask(const std::string&) override { return {}; }

    [[nodiscard]] Result<void> unmask(const std::string&) override { return {}; }

    [[nodiscard]] Result<void> stop(const std::string&, Milliseconds) override { return {}; }

    [[nodiscard]] Result<void> start(const std::string&) override { return {}; }

    [[nodiscard]] Result<void> restart(const std::string&) override { return {}; }

    [[nodiscard]] Result<void> remove_at_shutdown(const std::string&, const std::string&) override {
        return {};
    }

    [[nodiscard]] Result<void> set_description(const std::string&, const std::string&) override {
        return {};
    }

    [[nodiscard]] Result<void> reload_udev() override { return {}; }

    std::string answers;
    int asked = 0;
};

TEST_F(ObserveLoadTest, TakesTheNetworkForUpWhilePid1DoesNotAnswer) {
    SilentUnits silent;
    const Sensors sensors{host_, hardware_, trees_, node_, node_, silent};
    Observed observed = fixture::booting_node();
    observe_units(observed, Config(), sensors);
    EXPECT_TRUE(observed.network_started);
    EXPECT_EQ(observed.units_problem, "PID 1 does not answer");
    EXPECT_TRUE(observed.units.empty());
    EXPECT_EQ(silent.asked, 1);
}

TEST_F(ObserveLoadTest, AsksASilentPid1NoFurther) {
    SilentUnits silent;
    silent.answers = "network-pre.target";
    const Sensors sensors{host_, hardware_, trees_, node_, node_, silent};
    Observed observed = fixture::booting_node();
    observe_units(observed, Config(), sensors);
    EXPECT_FALSE(observed.network_started);
    EXPECT_EQ(observed.units_problem, "PID 1 does not answer");
    EXPECT_EQ(silent.asked, 2);
    observe_units(observed, Config(), sensors_);
    EXPECT_EQ(observed.units_problem, "");
    EXPECT_EQ(observed.units.size(), 3U);
}

}  // namespace
}  // namespace onload_node
