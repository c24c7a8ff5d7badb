// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/staged_file.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

/// TREE/lib/modules/K/extra/sfc.ko in a directory of the user who runs the tests.
class StagedFileTest : public testing::Test {
protected:
    StagedFileTest() {
        for (const char* directory :
             {"/opt",
              "/opt/lib",
              "/opt/lib/modules",
              "/opt/lib/modules/K",
              "/opt/lib/modules/K/extra"}) {
            mode(directory, 0755);
        }
        mode("/opt/lib/modules/K/extra/sfc.ko", 0644);
    }

    void mode(const std::string& below, unsigned bits) {
        fs::permissions(root_.path(below), static_cast<fs::perms>(bits));
    }

    [[nodiscard]] std::string refusal(const std::string& path) const {
        const auto bytes = read_staged_file(path, TrustedOwner{::geteuid()});
        if (bytes) {
            return "read";
        }
        EXPECT_EQ(bytes.error().code, ErrorCode::mismatch) << bytes.error().message;
        return bytes.error().message;
    }

    fixture::TemporaryDirectory root_;
    std::string file_ = root_.put("/opt/lib/modules/K/extra/sfc.ko", std::string("bytes"));
};

TEST_F(StagedFileTest, ReadsWhatOnlyItsOwnerCanChange) {
    const auto bytes = read_staged_file(file_, TrustedOwner{::geteuid()});
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(bytes->size(), 5U);
}

TEST_F(StagedFileTest, FollowsTheTreesOwnRoot) {
    fs::create_directory_symlink("opt", root_.path("/link"));
    EXPECT_EQ(refusal(root_.path("/link/lib/modules/K/extra/sfc.ko")), "read");
}

TEST_F(StagedFileTest, RefusesWhatOthersCanWriteFromTheTreeDown) {
    for (const std::string below :
         {"/opt",
          "/opt/lib",
          "/opt/lib/modules",
          "/opt/lib/modules/K",
          "/opt/lib/modules/K/extra",
          "/opt/lib/modules/K/extra/sfc.ko"}) {
        const bool directory = fs::is_directory(root_.path(below));
        for (const unsigned bits : {0775U, 0757U}) {
            mode(below, bits);
            EXPECT_NE(
                refusal(file_).find(root_.path(below) + " is not safe to load from: it belongs"),
                std::string::npos
            ) << below;
        }
        mode(below, directory ? 0755 : 0644);
    }
    EXPECT_EQ(refusal(file_), "read");
}

TEST_F(StagedFileTest, LetsTheStickyBitCountAboveTheTreeOnly) {
    mode("", 01777);
    EXPECT_EQ(refusal(file_), "read");
    mode("", 0777);
    EXPECT_NE(refusal(file_).find("its mode is 0777"), std::string::npos);
    mode("", 0755);
    mode("/opt/lib", 01777);
    EXPECT_NE(refusal(file_).find("its mode is 1777"), std::string::npos);
}

TEST_F(StagedFileTest, FollowsNoLinkInsideTheTree) {
    const auto elsewhere = root_.put("/elsewhere/sfc.ko", std::string("other"));
    fs::create_symlink(elsewhere, root_.path("/opt/lib/modules/K/extra/link.ko"));
    EXPECT_NE(
        refusal(root_.path("/opt/lib/modules/K/extra/link.ko")).find("it is a symbolic link"),
        std::string::npos
    );
    fs::create_directory_symlink(root_.path("/elsewhere"), root_.path("/opt/lib/modules/K/dir"));
    EXPECT_NE(
        refusal(root_.path("/opt/lib/modules/K/dir/sfc.ko")).find("K/dir is not safe"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(root_.path("/opt/lib/modules/K/../../../../elsewhere/sfc.ko"))
            .find("out of the tree"),
        std::string::npos
    );
}

TEST_F(StagedFileTest, RefusesAnotherOwner) {
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(file_.c_str(), 12345, 0), 0);
        EXPECT_NE(refusal(file_).find("it belongs to user 12345"), std::string::npos);
    } else {
        // The user who runs the tests is nobody whom the product trusts.
        const auto bytes = read_staged_file(file_, TrustedOwner{});
        ASSERT_FALSE(bytes);
        EXPECT_EQ(bytes.error().code, ErrorCode::mismatch);
    }
}

TEST_F(StagedFileTest, TellsAMissingFileFromAnUnsafeOne) {
    const auto missing = read_staged_file(file_ + ".x", TrustedOwner{::geteuid()});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    ASSERT_EQ(::mkfifo(root_.path("/opt/lib/modules/K/fifo").c_str(), 0600), 0);
    const auto fifo =
        read_staged_file(root_.path("/opt/lib/modules/K/fifo"), TrustedOwner{::geteuid()});
    ASSERT_FALSE(fifo);
    EXPECT_NE(fifo.error().message.find("not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace onload_node
