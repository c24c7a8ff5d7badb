// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/file_bytes.hpp"
#include "system/files/new_file.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

class NewFileTest : public testing::Test {
protected:
    [[nodiscard]] bool empty() const { return fs::is_empty(root_.path()); }

    fixture::TemporaryDirectory root_;
    std::string path_ = root_.path() + "/bundle";
};

Result<void> write(NewFile& file, const std::string& text) {
    return file.write(std::as_bytes(std::span(text)));
}

TEST_F(NewFileTest, HasItsNameWhenItIsWhole) {
    auto file = NewFile::make(path_);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    ASSERT_TRUE(write(*file, "one ").has_value());
    ASSERT_TRUE(write(*file, "two").has_value());
    EXPECT_TRUE(empty());
    ASSERT_TRUE(file->publish().has_value());
    EXPECT_EQ(read_text_file(path_).value_or(""), "one two");
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(NewFileTest, IsNowhereWhenItIsGivenUp) {
    {
        auto file = NewFile::make(path_);
        ASSERT_TRUE(file.has_value());
        ASSERT_TRUE(write(*file, "half").has_value());
    }
    EXPECT_TRUE(empty());
}

TEST_F(NewFileTest, NeverTakesThePlaceOfAnother) {
    auto late = NewFile::make(path_);
    ASSERT_TRUE(late.has_value());
    fs::create_symlink("nowhere", path_);
    const auto begun = NewFile::make(path_);
    ASSERT_FALSE(begun.has_value());
    EXPECT_EQ(begun.error().code, ErrorCode::exists);
    const auto published = late->publish();
    ASSERT_FALSE(published.has_value());
    EXPECT_EQ(published.error().code, ErrorCode::exists);
    EXPECT_TRUE(fs::is_symlink(path_));
}

TEST_F(NewFileTest, SaysWhereItCannotBe) {
    const auto file = NewFile::make(root_.path() + "/missing/bundle");
    ASSERT_FALSE(file.has_value());
    EXPECT_NE(file.error().message.find("/missing"), std::string::npos) << file.error().message;
}

}  // namespace
}  // namespace onload_node
