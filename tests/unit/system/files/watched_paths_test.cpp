// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/watched_paths.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

/// /opt/onload as staging leaves it: versions beside each other, and relative links to one of them.
class WatchedPathsTest : public testing::Test {
protected:
    WatchedPathsTest() : user_(fs::path(scratch_.path()) / "onload") {
        fs::create_directories(user_ / "1" / "usr");
        fs::create_directories(user_ / "2" / "usr");
        std::ofstream(user_ / "1" / "usr" / "library").put('1');
        fs::create_directory_symlink("1", user_ / "current");
        fs::create_directory_symlink("current/usr", user_ / "usr");
    }

    void watch(const fs::path& path) {
        watched_.watch({path.string()});
        while (watched_.take_events()) {}
    }

    fixture::TemporaryDirectory scratch_;
    fs::path user_;
    WatchedPaths watched_;
};

TEST_F(WatchedPathsTest, TellWhenALinkOnTheWayIsExchanged) {
    watch(user_ / "usr" / "library");
    EXPECT_EQ(watched_.problem(), "");
    EXPECT_FALSE(watched_.take_events());
    fs::create_directory_symlink("2", user_ / "new");
    EXPECT_FALSE(watched_.take_events()) << "nobody's business";
    fs::rename(user_ / "new", user_ / "current");
    EXPECT_TRUE(watched_.take_events());
}

TEST_F(WatchedPathsTest, TellWhatHappensWhereTheLinksLead) {
    watch(user_ / "usr" / "library");
    std::ofstream(user_ / "1" / "usr" / "other").put('1');
    EXPECT_FALSE(watched_.take_events());
    fs::remove(user_ / "1" / "usr" / "library");
    EXPECT_TRUE(watched_.take_events());
}

TEST_F(WatchedPathsTest, TellWhenTheFirstMissingDirectoryComes) {
    watch(user_ / "3" / "usr" / "library");
    fs::create_directory(user_ / "4");
    EXPECT_FALSE(watched_.take_events());
    fs::create_directory(user_ / "3");
    EXPECT_TRUE(watched_.take_events());
}

TEST_F(WatchedPathsTest, FollowLinksUpAndFromTheRoot) {
    fs::create_directory_symlink("../onload/1", user_ / "up");
    fs::create_directory_symlink(user_ / "2", user_ / "root");
    watched_.watch({(user_ / "up" / "usr" / "x").string(), (user_ / "root" / "usr" / "y").string()}
    );
    std::ofstream(user_ / "1" / "usr" / "x").put('x');
    EXPECT_TRUE(watched_.take_events());
    std::ofstream(user_ / "2" / "usr" / "y").put('y');
    EXPECT_TRUE(watched_.take_events());
}

TEST_F(WatchedPathsTest, ComeToAnEndInACircleOfLinks) {
    fs::create_directory_symlink("there", user_ / "here");
    fs::create_directory_symlink("here", user_ / "there");
    watch(user_ / "here" / "library");
    EXPECT_EQ(watched_.problem(), "");
    fs::remove(user_ / "there");
    EXPECT_TRUE(watched_.take_events());
}

}  // namespace
}  // namespace onload_node
