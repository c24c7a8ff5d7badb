// SPDX-License-Identifier: BSD-2-Clause
#include "stage/oci_archive.hpp"

#include <gtest/gtest.h>

namespace onload_node::oci_archive_test {
namespace {

/// Answers as tar does, and notes what it is asked.
class FakeTar final : public Programs {
public:
    [[nodiscard]] bool available(const std::string& name) const override {
        return there && name == "tar";
    }

    Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds /*limit*/) override {
        asked = words;
        return complaint.empty() ? ProgramEnd{0, "", ""} : ProgramEnd{2, "", complaint};
    }

    Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& /*words*/, Milliseconds /*limit*/) override {
        return failure(ErrorCode::io, "nothing is read");
    }

    bool there = true;
    std::string complaint;
    std::vector<std::string> asked;
};

const Source archive{SourceKind::oci_archive, "oci-archive:/m.tar:v8", "/m.tar:v8"};

TEST(OciArchive, IsUnpackedAndKeepsItsNames) {
    FakeTar tar;
    const auto layout = unpack_oci_archive(tar, archive, "/pull");
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->podman_name(), "oci:/pull:v8");
    EXPECT_EQ(layout->text, "oci-archive:/m.tar:v8");
    const std::vector<std::string> words = {
        "tar", "--extract", "--no-same-owner", "--file", "/m.tar", "--directory", "/pull"};
    EXPECT_EQ(tar.asked, words);
}

TEST(OciArchive, NeedsNoNameInIt) {
    FakeTar tar;
    const auto layout =
        unpack_oci_archive(tar, {SourceKind::oci_archive, "oci-archive:/m.tar", "/m.tar"}, "/pull");
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->podman_name(), "oci:/pull");
}

TEST(OciArchive, TellsWhyItCannotBeUnpacked) {
    FakeTar tar;
    tar.complaint = "tar: Unexpected EOF in archive\ntar: Error is not recoverable: exiting now\n";
    const auto layout = unpack_oci_archive(tar, archive, "/pull");
    ASSERT_FALSE(layout);
    EXPECT_EQ(
        layout.error().message,
        "cannot unpack oci-archive:/m.tar:v8: tar: Unexpected EOF in archive"
    );
}

TEST(OciArchive, IsLeftToPodmanWhereThereIsNoFolderOrNoTar) {
    FakeTar tar;
    EXPECT_EQ(unpack_oci_archive(tar, archive, "")->podman_name(), "oci-archive:/m.tar:v8");
    tar.there = false;
    EXPECT_EQ(unpack_oci_archive(tar, archive, "/pull")->podman_name(), "oci-archive:/m.tar:v8");
    EXPECT_TRUE(tar.asked.empty());
}

TEST(OciArchive, IsTheOnlySourceThatIsUnpacked) {
    FakeTar tar;
    const Source other{SourceKind::docker_archive, "docker-archive:/m.tar", "/m.tar"};
    EXPECT_EQ(unpack_oci_archive(tar, other, "/pull")->podman_name(), "docker-archive:/m.tar");
    EXPECT_TRUE(tar.asked.empty());
}

}  // namespace
}  // namespace onload_node::oci_archive_test
