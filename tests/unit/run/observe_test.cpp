// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/load_order.hpp"
#include "run/observe.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"
#include "unit/run/quiet_machine.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::MemoryNode;

/// The cards of a node. Udev comes to them as soon as somebody has looked at them once: a look
/// takes its time, and the node does not wait for it.
class HardwareThatGoesOn final : public fixture::NoHardware {
public:
    explicit HardwareThatGoesOn(MemoryNode& node) : node_(node) {}

    [[nodiscard]] Result<DiscoveredHardware> look() const override {
        DiscoveredHardware found;
        found.functions = node_.observed().functions;
        node_.boot_goes_on();
        return found;
    }

private:
    MemoryNode& node_;
};

/// A tree that holds these modules.
class TreeOf final : public ModuleTree {
public:
    explicit TreeOf(std::map<ModuleName, ModuleFile> files) : files_(std::move(files)) {}

    [[nodiscard]] const std::string& directory() const override { return directory_; }

    [[nodiscard]] bool present() const override { return true; }

    [[nodiscard]] std::optional<std::string> find(const ModuleName& name) const override {
        return files_.contains(name) ? std::optional(name.str()) : std::nullopt;
    }

    [[nodiscard]] bool builtin(const ModuleName&) const override { return false; }

    [[nodiscard]] std::vector<ModuleName> claiming(const std::string&) const override { return {}; }

    [[nodiscard]] ModuleFile
    read(const ModuleName& name, const std::string&, Origin) const override {
        return files_.at(name);
    }

private:
    std::map<ModuleName, ModuleFile> files_;
    std::string directory_ = "/opt/lib/modules/of-the-fixture";
};

class TreesOf final : public fixture::KnowingTrees {
public:
    explicit TreesOf(const Observed& node) : node_(node) {}

    [[nodiscard]] std::unique_ptr<ModuleTree>
    open(const std::string& tree, const std::string&) const override {
        return std::make_unique<TreeOf>(tree.empty() ? node_.in_tree : node_.staged.modules);
    }

private:
    Observed node_;
};

class ObserveTest : public testing::Test {
protected:
    /// A boot in which udev has still to come to its ports.
    static Observed before_udev() {
        Observed node = fixture::booting_node();
        node.loaded.clear();
        node.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
        for (auto& function : node.functions) {
            function.modalias = "pci:v00001924";
        }
        node.in_tree.at(fixture::sfc()).aliases = {"pci:v00001924"};
        return node;
    }

    static Observed look_while_udev_comes_to(MemoryNode& node) {
        node.coldplug_before(1000);
        const fixture::NoHost host;
        const HardwareThatGoesOn hardware(node);
        const TreesOf trees(node.observed());
        Observed observed;
        EXPECT_TRUE(look(observed, Config(), {host, hardware, trees, node, node, node}));
        return observed;
    }

    static auto refused(const Observed& observed) {
        return std::ranges::count_if(observed.functions, [&](const NetworkFunction& function) {
            return refused_by_in_tree_driver(function, observed);
        });
    }
};

TEST_F(ObserveTest, TakesNoPortForRefusedThatTheDriverCameToMeanwhile) {
    MemoryNode node(before_udev());
    const auto observed = look_while_udev_comes_to(node);
    EXPECT_TRUE(observed.loaded.contains(fixture::sfc()));
    EXPECT_EQ(refused(observed), 0) << "it was not loaded when the ports were looked at";
    EXPECT_EQ(observed.functions.front().driver, "sfc");
}

TEST_F(ObserveTest, SeesAPortThatTheDriverHasRefused) {
    MemoryNode node(before_udev());
    node.kill_port(fixture::port_address(1));
    EXPECT_EQ(refused(look_while_udev_comes_to(node)), 1);
}

}  // namespace
}  // namespace onload_node
