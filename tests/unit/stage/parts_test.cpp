// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "stage/source.hpp"
#include "stage/staging_parts.hpp"
#include "system/files/files.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <map>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using Names = std::set<std::string>;

PathKind look(const std::string& path) {
    const std::map<std::string, PathKind> folders = {
        {"/images", PathKind::directory},
        {"folder", PathKind::directory},
        {"/images/m", PathKind::image_directory},
        {"/layout", PathKind::oci_layout},
        {"m-5.14+rt", PathKind::directory}};
    if (const auto found = folders.find(path); found != folders.end()) {
        return found->second;
    }
    return path == "/m.tar" || path == "m.tar" ? PathKind::file : PathKind::missing;
}

std::string kind_of(const std::string& text) {
    const auto source = understand_source(text, look);
    if (!source) {
        return source.error().code == ErrorCode::not_found  ? "not found"
               : source.error().code == ErrorCode::mismatch ? "no image"
                                                            : "refused";
    }
    switch (source->kind) {
    case SourceKind::directory:
        return "directory";
    case SourceKind::tar:
        return "tar";
    case SourceKind::image:
        return "stored, or " + source->podman_name();
    default:
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
    EXPECT_EQ(kind_of("host:5000/a/b:v1"), "stored, or docker://host:5000/a/b:v1");
    EXPECT_EQ(kind_of("docker://host/a@sha256:ab"), "docker://host/a@sha256:ab");
    EXPECT_EQ(kind_of("/missing.tar"), "not found");
    EXPECT_EQ(kind_of("./missing"), "not found");
    EXPECT_EQ(kind_of("oci-archive:/missing"), "not found");
    EXPECT_EQ(kind_of("oci-archive:"), "refused");
    EXPECT_EQ(kind_of("--help"), "refused");
    EXPECT_EQ(kind_of("docker://-x"), "refused");
    EXPECT_EQ(kind_of("a b"), "refused");
}

TEST(Source, MayBeAnImageOnTheNode) {
    EXPECT_EQ(kind_of("/images/m"), "dir:/images/m");
    EXPECT_EQ(kind_of("dir:/images/m"), "dir:/images/m");
    EXPECT_EQ(kind_of("dir:/images"), "no image");
    EXPECT_EQ(kind_of("dir:/missing"), "not found");
    EXPECT_EQ(kind_of("dir:"), "refused");
    EXPECT_EQ(kind_of("/layout"), "oci:/layout");
    EXPECT_EQ(kind_of("oci:/layout:v8"), "oci:/layout:v8");
    EXPECT_EQ(kind_of("oci:/images/m"), "no image");
    EXPECT_EQ(kind_of("containers-storage:h/m:v8"), "containers-storage:h/m:v8");
    EXPECT_EQ(kind_of("containers-storage:[overlay@/x]h/m"), "refused");
    const std::string id(64, 'a');
    EXPECT_EQ(kind_of(id), "containers-storage:" + id);
    EXPECT_EQ(kind_of("sha256:" + id), "containers-storage:sha256:" + id);
    EXPECT_EQ(kind_of(id.substr(0, 12)), "containers-storage:" + id.substr(0, 12));
    EXPECT_EQ(kind_of("cafe"), "stored, or docker://cafe") << "as well a name";
    EXPECT_EQ(kind_of("h/" + id), "stored, or docker://h/" + id);
}

std::string expanded(const std::string& text, const std::string& kernel = "5.14+rt") {
    return with_kernel(text, kernel, look);
}

TEST(Source, IsGivenTheKernel) {
    EXPECT_TRUE(names_kernel("h/m:v1-${kernel}"));
    EXPECT_FALSE(names_kernel("h/m:v1"));
    EXPECT_EQ(expanded("/${kernel}/m-${kernel}.tar"), "/5.14+rt/m-5.14+rt.tar");
    EXPECT_EQ(expanded("/m.tar"), "/m.tar");
    EXPECT_EQ(expanded("./${kernel}"), "./5.14+rt");
}

TEST(Source, HasTheKernelInReferencesAsKmmWritesIt) {
    EXPECT_EQ(expanded("h:5000/n/m:v1-${kernel}"), "h:5000/n/m:v1-5.14_rt");
    EXPECT_EQ(
        expanded("h/m:v1-${kernel}", "5.14.0-4.el9_4.aarch64+64k-debug"),
        "h/m:v1-5.14.0-4.el9_4.aarch64_64k-debug"
    );
    EXPECT_EQ(expanded("h/m:v1-${kernel}", "6.1~rc1"), "h/m:v1-6.1_rc1");
    EXPECT_EQ(expanded("docker://h/m-${kernel}:v1-${kernel}"), "docker://h/m-5.14_rt:v1-5.14_rt");
    EXPECT_EQ(expanded("containers-storage:m:${kernel}"), "containers-storage:m:5.14_rt");
    EXPECT_EQ(expanded("dir:images/m-${kernel}"), "dir:images/m-5.14+rt");
    EXPECT_EQ(expanded("oci:/m-${kernel}:${kernel}"), "oci:/m-5.14+rt:5.14_rt");
    EXPECT_EQ(
        expanded("docker-archive:/m-${kernel}.tar:h/m:${kernel}"),
        "docker-archive:/m-5.14+rt.tar:h/m:5.14_rt"
    );
    EXPECT_EQ(expanded("m-${kernel}"), "m-5.14+rt") << "there is such a folder";
    EXPECT_EQ(expanded("n-${kernel}"), "n-5.14_rt");
    EXPECT_EQ(kind_of(expanded("h/m:v1-${kernel}")), "stored, or docker://h/m:v1-5.14_rt");
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
