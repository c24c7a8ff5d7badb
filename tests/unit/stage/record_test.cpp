// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "stage/record.hpp"
#include "system/files/files.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(StageRecord, ReadsBackWhatWasWritten) {
    const fixture::TemporaryDirectory directory;
    SystemFiles files(directory.path());
    StageRecord record;
    record.set({"5.14.0-2", "quay.example/m:2", "sha256:ab"});
    record.set({"5.14.0-1", "/root/it's \"quoted\".tar", ""});
    record.set({"5.14.0-2", "quay.example/m:3", "sha256:cd"});
    record.programs = {"onload_cp_server", "sfptpd"};
    record.user_source = "quay.example/u:1";
    record.user_version = "8.1.2.26";
    ASSERT_TRUE(write_stage_record(files, record));
    const auto read = read_stage_record(files);
    ASSERT_EQ(read.trees.size(), 2U);
    EXPECT_EQ(read.trees[0].source, "/root/it's \"quoted\".tar");
    ASSERT_NE(read.find("5.14.0-2"), nullptr);
    EXPECT_EQ(read.find("5.14.0-2")->digest, "sha256:cd");
    EXPECT_EQ(read.find("5.14.0-3"), nullptr);
    EXPECT_EQ(read.programs, record.programs);
    EXPECT_EQ(read.user_source, record.user_source);
    EXPECT_EQ(read.user_version, record.user_version);
}

TEST(StageRecord, CountsADamagedOneAsNone) {
    const fixture::TemporaryDirectory directory;
    const SystemFiles files(directory.path());
    EXPECT_TRUE(read_stage_record(files).trees.empty());
    directory.put(std::string(paths::staged_record), "tree = [ { kernel = ");
    EXPECT_TRUE(read_stage_record(files).trees.empty());
    directory.put(
        std::string(paths::staged_record), "tree = 7\nprograms = [ \"../../bin/sh\", 3 ]\n"
    );
    EXPECT_TRUE(read_stage_record(files).trees.empty());
    EXPECT_TRUE(read_stage_record(files).programs.empty()) << "purge removes what stands there";
}

}  // namespace
}  // namespace onload_node
