// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "run/observe_parts.hpp"
#include "unit/core/model/observed_fixture.hpp"
#include "unit/run/memory_node.hpp"
#include "unit/run/quiet_machine.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

/// A policy that denies containers one file.
class StrictHost final : public fixture::NoHost {
public:
    [[nodiscard]] std::string denied_to_containers(const std::string& path) const override {
        return path == denied ? "denied: " + path : "";
    }

    std::string denied;
};

class ObserveLibrariesTest : public testing::Test {
protected:
    UserLibraries look(const std::string& loaded_version) {
        Observed observed;
        if (!loaded_version.empty()) {
            auto onload = fixture::loaded_module(
                fixture::booting_node().staged.modules.at(fixture::module("onload"))
            );
            onload.version = loaded_version;
            observed.loaded.emplace(onload.name, onload);
        }
        const Sensors sensors{host_, hardware_, trees_, node_, node_, node_};
        observe_libraries(observed, sensors);
        return observed.libraries;
    }

    void put(const std::string& path) { ASSERT_TRUE(node_.write(path, "")); }

    void record(const std::string& text) { ASSERT_TRUE(node_.write(paths::staged_record, text)); }

    StrictHost host_;
    fixture::NoHardware hardware_;
    fixture::KnowingTrees trees_;
    fixture::MemoryNode node_{fixture::booting_node()};
};

constexpr const char* two_versions =
    "[[libraries]]\nfolder = '9.0.1-1a'\nversion = '9.0.1'\n"
    "[[libraries]]\nfolder = '8.1.2-2b'\nversion = '8.1.2'\nretired = 'boot'\n";

TEST_F(ObserveLibrariesTest, TakesThoseOfTheLoadedModule) {
    record(two_versions);
    put("/opt/onload/8.1.2-2b/usr/lib64/libonload.so");
    put("/opt/onload/9.0.1-1a/usr/lib64/libonload.so");
    const auto old = look("8.1.2");
    EXPECT_EQ(old.directory, "/opt/onload/8.1.2-2b") << "9.0.1 is staged for the next boot";
    EXPECT_EQ(old.version, "8.1.2");
    EXPECT_TRUE(old.present);
    EXPECT_EQ(look("9.0.1").directory, "/opt/onload/9.0.1-1a");
    EXPECT_EQ(look("7.1.1").directory, "/opt/onload/9.0.1-1a") << "none fits: the current ones";
    EXPECT_EQ(look("").directory, "/opt/onload/9.0.1-1a");
    ASSERT_TRUE(node_.remove("/opt/onload/8.1.2-2b/usr/lib64/libonload.so"));
    EXPECT_EQ(look("8.1.2").version, "9.0.1") << "those that would fit are gone";
    ASSERT_TRUE(node_.remove("/opt/onload/9.0.1-1a/usr/lib64/libonload.so"));
    EXPECT_FALSE(look("8.1.2").present);
}

TEST_F(ObserveLibrariesTest, KnowsThoseThatWerePutThereOtherwise) {
    EXPECT_FALSE(look("8.1.2").present);
    put("/opt/onload/usr/lib64/libonload.so");
    const auto found = look("8.1.2");
    EXPECT_EQ(found.directory, "/opt/onload");
    EXPECT_TRUE(found.present);
    EXPECT_EQ(found.version, "");
}

TEST_F(ObserveLibrariesTest, SaysWhatKeepsContainersFromThem) {
    record(two_versions);
    host_.denied = "/opt/onload/9.0.1-1a/usr/lib64/libonload.so";
    EXPECT_EQ(look("9.0.1").denied, "") << "they are not there";
    put(host_.denied);
    EXPECT_EQ(look("9.0.1").denied, "denied: " + host_.denied);
}

}  // namespace
}  // namespace onload_node
