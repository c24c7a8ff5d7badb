// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/onload_libraries.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace onload_node::device_plugin {
namespace {

namespace fs = std::filesystem;

class LibraryViewTest : public testing::Test {
protected:
    LibraryViewTest() : user_(fs::path(scratch_.path()) / "var-opt" / "onload") {
        stage("1", "Onload 8.1.2.26");
        fs::create_directory_symlink("current/usr", user_ / "usr");
        use("1");
    }

    void stage(const std::string& folder, std::string_view text) {
        fs::create_directories(user_ / folder / "usr" / "lib64");
        std::ofstream(user_ / folder / "usr" / "lib64" / "libonload.so") << '\0' << text << '\0';
    }

    void use(const std::string& folder) {
        fs::remove(user_ / "current");
        fs::create_directory_symlink(folder, user_ / "current");
    }

    [[nodiscard]] std::string libraries(const std::string& folder = "") const {
        return (user_ / folder / "usr" / "lib64").string();
    }

    fixture::TemporaryDirectory scratch_;
    fs::path user_;
};

TEST_F(LibraryViewTest, IsTheFolderThatTheLinksLeadToNow) {
    LibraryView view(libraries());
    auto seen = view.look(libraries());
    EXPECT_EQ(seen.problem, "");
    EXPECT_EQ(seen.directory, libraries("1"));
    EXPECT_EQ(seen.versions, std::set<std::string>{"8.1.2.26"});
    stage("2", "Onload 9.0.1.86");
    use("2");
    seen = view.look(libraries());
    EXPECT_EQ(seen.directory, libraries("2"));
    EXPECT_EQ(seen.versions, std::set<std::string>{"9.0.1.86"});
    EXPECT_EQ(view.look(libraries("1")).versions, std::set<std::string>{"8.1.2.26"})
        << "those that a spec names";
}

TEST_F(LibraryViewTest, LeavesALinkAboveThemToTheHost) {
    const auto opt = fs::path(scratch_.path()) / "opt";
    fs::create_directory_symlink("var-opt", opt);
    LibraryView view((opt / "onload" / "usr" / "lib64").string());
    EXPECT_EQ(
        view.look((opt / "onload" / "usr" / "lib64").string()).directory,
        (opt / "onload" / "1" / "usr" / "lib64").string()
    );
}

TEST_F(LibraryViewTest, LeavesAPathThatLeadsOutOfThereAsItIs) {
    const auto elsewhere = fs::path(scratch_.path()) / "elsewhere";
    fs::create_directories(elsewhere / "usr" / "lib64");
    fs::remove(user_ / "current");
    fs::create_directory_symlink(elsewhere, user_ / "current");
    LibraryView view(libraries());
    EXPECT_EQ(view.look(libraries()).directory, libraries());
    EXPECT_NE(view.look(libraries()).problem, "");
}

TEST_F(LibraryViewTest, ReadsALibraryAnewThatWasWrittenInItsPlace) {
    LibraryView view(libraries());
    ASSERT_EQ(view.look(libraries()).versions, std::set<std::string>{"8.1.2.26"});
    fs::remove(user_ / "1" / "usr" / "lib64" / "libonload.so");
    EXPECT_NE(view.look(libraries()).problem, "");
    stage("1", "Onload 9.0.1.86");
    EXPECT_EQ(view.look(libraries()).versions, std::set<std::string>{"9.0.1.86"});
}

}  // namespace
}  // namespace onload_node::device_plugin
