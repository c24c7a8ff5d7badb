// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "stage/source.hpp"
#include "stage/staging_parts.hpp"
#include "system/files/files.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using Names = std::set<std::string>;

PathKind look(const std::string& path) {
    if (path == "/images" || path == "folder") {
        return PathKind::directory;
    }
    return path == "/m.tar" || path == "m.tar" ? PathKind::file : PathKind::missing;
}

std::string kind_of(const std::string& text) {
    const auto source = understand_source(text, look);
    if (!source) {
        return source.error().code == ErrorCode::not_found ? "not found" : "refused";
    }
    switch (source->kind) {
    case SourceKind::directory:
        return "directory";
    case SourceKind::tar:
        return "tar";
    case SourceKind::oci_archive:
    case SourceKind::docker_archive:
    case SourceKind::image:
        break;
    }
    return source->podman_name();
}

TEST(Source, IsTold) {
    EXPECT_EQ(kind_of("/images"), "directory");
    EXPECT_EQ(kind_of("folder"), "directory");
    EXPECT_EQ(kind_of("/m.tar"), "tar");
    EXPECT_EQ(kind_of("oci-archive:/m.tar"), "oci-archive:/m.tar");
    EXPECT_EQ(kind_of("docker-archive:/m.tar:a/b:1"), "docker-archive:/m.tar:a/b:1");
    EXPECT_EQ(kind_of("host:5000/a/b:v1"), "docker://host:5000/a/b:v1");
    EXPECT_EQ(kind_of("docker://host/a@sha256:ab"), "docker://host/a@sha256:ab");
    EXPECT_EQ(kind_of("/missing.tar"), "not found");
    EXPECT_EQ(kind_of("./missing"), "not found");
    EXPECT_EQ(kind_of("oci-archive:/missing"), "not found");
    EXPECT_EQ(kind_of("oci-archive:"), "refused");
    EXPECT_EQ(kind_of("--help"), "refused");
    EXPECT_EQ(kind_of("docker://-x"), "refused");
    EXPECT_EQ(kind_of("a b"), "refused");
}

TEST(Source, IsGivenTheKernel) {
    EXPECT_TRUE(names_kernel("h/m:v1-${kernel}"));
    EXPECT_FALSE(names_kernel("h/m:v1"));
    EXPECT_EQ(with_kernel("/${kernel}/m-${kernel}.tar", "5.14"), "/5.14/m-5.14.tar");
    EXPECT_EQ(with_kernel("/m.tar", "5.14"), "/m.tar");
}

TEST(Prune, KeepsTheNewestAndTheNeeded) {
    const std::vector<TreeAge> trees = {{"1", 10}, {"2", 40}, {"3", 30}, {"4", 20}};
    EXPECT_EQ(to_prune(trees, 2, {}), (std::vector<std::string>{"4", "1"}));
    EXPECT_EQ(to_prune(trees, 2, {"1"}), (std::vector<std::string>{"3", "4"}));
    EXPECT_EQ(to_prune(trees, 1, {"1", "4"}), (std::vector<std::string>{"2", "3"}));
    EXPECT_TRUE(to_prune(trees, 4, {}).empty());
    EXPECT_TRUE(to_prune({}, 1, {"5"}).empty());
}

Names versions(const std::string& bytes) {
    fixture::TextStream stream(bytes);
    return versions_in(stream).value();
}

TEST(LibraryVersion, IsFoundAmongTheTexts) {
    using namespace std::string_literals;
    EXPECT_EQ(
        versions("\0\0GLIBC_2.2.5\0"
                 "8.1.2.26\0x"s),
        (Names{"8.1.2.26"})
    );
    EXPECT_EQ(versions("\0Onload 9.0.1 (release)\0"s), (Names{"9.0.1"}));
    EXPECT_EQ(versions("8.1.2.26"s), (Names{"8.1.2.26"})) << "at the end of the file";
    EXPECT_EQ(
        versions("\0"
                 "1.2\0v1.2.3\0.1.2.3\0"
                 "1..2.3\0"
                 "1.2.3 x\0"s),
        Names()
    );
    EXPECT_EQ(versions(std::string(20000, '\1') + "7.1.3\0"s), (Names{"7.1.3"}))
        << "over the border of a buffer";
}

}  // namespace
}  // namespace onload_node
