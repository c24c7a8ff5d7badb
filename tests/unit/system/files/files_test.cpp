// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/files.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

unsigned mode_of(const std::string& path) {
    struct stat status {};

    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}

/// Runs with an umask of its own, as a careless administrator's shell may have it.
class Umask final {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}

    ~Umask() { ::umask(before_); }

    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;

private:
    mode_t before_;
};

class SystemFilesTest : public testing::Test {
protected:
    fixture::TemporaryDirectory root_;
    SystemFiles files_{root_.path()};
};

TEST_F(SystemFilesTest, ReadsBackWhatWasWritten) {
    const std::string content("one\0two\n", 8);
    ASSERT_TRUE(files_.write("/run/a", content));
    EXPECT_EQ(files_.read("/run/a").value(), content);
    ASSERT_TRUE(files_.write("/run/a", "shorter"));
    EXPECT_EQ(files_.read("/run/a").value(), "shorter");
}

TEST_F(SystemFilesTest, MakesParentsAndModesWhateverTheUmask) {
    const Umask umask(0077);
    ASSERT_TRUE(files_.write("/run/systemd/network/71-a.link", "x"));
    EXPECT_EQ(mode_of(root_.path("/run/systemd/network/71-a.link")), 0644U);
    EXPECT_EQ(mode_of(root_.path("/run/systemd/network")), 0755U);
    EXPECT_EQ(mode_of(root_.path("/run")), 0755U);
}

TEST_F(SystemFilesTest, ReplacesALinkAndNotItsTarget) {
    root_.put("/target", "kept");
    fs::create_symlink(root_.path("/target"), root_.path("/link"));
    ASSERT_TRUE(files_.write("/link", "new"));
    EXPECT_EQ(files_.read("/target").value(), "kept");
    EXPECT_FALSE(fs::is_symlink(root_.path("/link")));
}

TEST_F(SystemFilesTest, LeavesNothingBehindWhenItCannotPublish) {
    fs::create_directories(root_.path("/run/a/full"));
    const auto written = files_.write("/run/a", "x");
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().message.find(root_.path("/run/a")), std::string::npos)
        << written.error().message;
    EXPECT_NE(written.error().message.find("Is a directory"), std::string::npos)
        << written.error().message;
    EXPECT_EQ(files_.list("/run"), Strings{"a"});
}

TEST_F(SystemFilesTest, TakesOverWhatAPowerCutHasLeft) {
    root_.put("/run/.a.new", "longer than what is written now");
    ASSERT_TRUE(files_.write("/run/a", "x"));
    EXPECT_EQ(files_.read("/run/a").value(), "x");
    EXPECT_EQ(files_.list("/run"), Strings{"a"});
    root_.put("/run/.a.new", "half");
    ASSERT_TRUE(files_.remove("/run/a"));
    EXPECT_TRUE(files_.list("/run").empty());
}

TEST_F(SystemFilesTest, DoesNotWriteThroughALinkInItsPlace) {
    root_.put("/target", "kept");
    fs::create_symlink(root_.path("/target"), root_.path("/.a.new"));
    EXPECT_FALSE(files_.write("/a", "x"));
    EXPECT_EQ(files_.read("/target").value(), "kept");
}

TEST_F(SystemFilesTest, SaysWhichDirectoryCannotBeMade) {
    root_.put("/run", "a file in the way");
    const auto written = files_.write("/run/a/b", "x");
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().message.find(root_.path("/run")), std::string::npos)
        << written.error().message;
}

TEST_F(SystemFilesTest, TellsAMissingFileFromAnUnreadableOne) {
    EXPECT_EQ(files_.read("/none").error().code, ErrorCode::not_found);
    fs::create_directories(root_.path("/directory"));
    EXPECT_EQ(files_.read("/directory").error().code, ErrorCode::io);
}

TEST_F(SystemFilesTest, RemovesAndCountsAMissingFileAsRemoved) {
    root_.put("/a", "x");
    EXPECT_TRUE(files_.exists("/a"));
    EXPECT_TRUE(files_.remove("/a"));
    EXPECT_FALSE(files_.exists("/a"));
    EXPECT_TRUE(files_.remove("/a"));
    EXPECT_TRUE(files_.remove("/no/such/directory/a"));
    root_.put("/d/a", "x");
    EXPECT_FALSE(files_.remove("/d"));
}

TEST_F(SystemFilesTest, ListsSorted) {
    root_.put("/d/b", "");
    root_.put("/d/a", "");
    root_.put("/d/c/x", "");
    EXPECT_EQ(files_.list("/d"), (Strings{"a", "b", "c"}));
    EXPECT_TRUE(files_.list("/none").empty());
}

}  // namespace
}  // namespace onload_node
