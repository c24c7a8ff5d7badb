// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "stage/library_folder.hpp"
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
    record.set(TreeOrigin{"5.14.0-2", {"quay.example/m:2", "sha256:ab"}});
    record.set(TreeOrigin{"5.14.0-1", {"/root/it's \"quoted\".tar", ""}});
    record.set(TreeOrigin{"5.14.0-2", {"quay.example/m:3", "sha256:cd"}});
    record.set(StagedProgram{"sfptpd", {"quay.example/p:1", "sha256:01"}});
    record.set(StagedProgram{"onload_cp_server", {"quay.example/u:1", "sha256:ef"}});
    record.set(StagedProgram{"sfptpd", {"quay.example/p:2", "sha256:02"}});
    record.libraries = {
        {"9.0.1-1a", "9.0.1", {"quay.example/u:1", "sha256:ef"}, ""},
        {"8.1.2-2b", "8.1.2", {"quay.example/u:0", ""}, "boot 1"}};
    record.set(StagedFrom{"quay.example/u:1", "sha256:00"});
    record.set(StagedFrom{"quay.example/u:1", "sha256:ef"});
    ASSERT_TRUE(write_stage_record(files, record));
    const auto read = read_stage_record(files);
    ASSERT_EQ(read.trees.size(), 2U);
    EXPECT_EQ(read.trees[0].from.source, "/root/it's \"quoted\".tar");
    ASSERT_NE(read.find("5.14.0-2"), nullptr);
    EXPECT_EQ(read.find("5.14.0-2")->from.digest, "sha256:cd");
    EXPECT_EQ(read.find("5.14.0-3"), nullptr);
    ASSERT_EQ(read.programs.size(), 2U);
    EXPECT_EQ(read.programs[0].name, "onload_cp_server");
    EXPECT_EQ(read.programs[1].from.digest, "sha256:02");
    ASSERT_EQ(read.libraries.size(), 2U);
    ASSERT_NE(read.current_libraries(), nullptr);
    EXPECT_EQ(read.current_libraries()->folder, "9.0.1-1a");
    EXPECT_EQ(read.libraries[1].retired, "boot 1");
    ASSERT_EQ(read.sources.size(), 1U);
    EXPECT_EQ(read.find_source("quay.example/u:1")->digest, "sha256:ef");
    EXPECT_EQ(read.find_source("quay.example/u:2"), nullptr);
    const auto folders = read_library_folders(files);
    ASSERT_EQ(folders.size(), 2U);
    EXPECT_EQ(folders[0].folder, "9.0.1-1a");
    EXPECT_EQ(folders[1].version, "8.1.2");
}

TEST(StageRecord, ReadsWhatWasWrittenBeforeThereWereSeveralSources) {
    const fixture::TemporaryDirectory directory;
    const SystemFiles files(directory.path());
    directory.put(
        std::string(paths::staged_record),
        "programs = [ 'sfptpd' ]\nuser_source = 'u:1'\nuser_version = '8.1.2'\n"
        "[[tree]]\nkernel = '5.14.0-1'\nsource = 'm:1'\ndigest = 'sha256:ab'\n"
    );
    const auto record = read_stage_record(files);
    ASSERT_EQ(record.programs.size(), 1U);
    EXPECT_EQ(record.programs[0].name, "sfptpd");
    ASSERT_NE(record.find_source("m:1"), nullptr) << "it is not pulled once more";
    EXPECT_EQ(record.find_source("m:1")->digest, "sha256:ab");
    ASSERT_NE(record.current_libraries(), nullptr);
    EXPECT_EQ(record.current_libraries()->from.source, "u:1");
    ASSERT_EQ(read_library_folders(files).size(), 1U);
    EXPECT_EQ(read_library_folders(files)[0].folder, "");
    EXPECT_EQ(read_library_folders(files)[0].version, "8.1.2");
}

TEST(StageRecord, CountsADamagedOneAsNone) {
    const fixture::TemporaryDirectory directory;
    const SystemFiles files(directory.path());
    EXPECT_TRUE(read_stage_record(files).trees.empty());
    directory.put(std::string(paths::staged_record), "tree = [ { kernel = ");
    EXPECT_TRUE(read_stage_record(files).trees.empty());
    directory.put(
        std::string(paths::staged_record),
        "tree = 7\nprograms = [ \"../../bin/sh\", 3 ]\n[[program]]\nname = '../x'\n"
        "[[libraries]]\nfolder = '../../etc'\n"
    );
    EXPECT_TRUE(read_stage_record(files).trees.empty());
    EXPECT_TRUE(read_stage_record(files).programs.empty()) << "purge removes what stands there";
    EXPECT_TRUE(read_stage_record(files).libraries.empty()) << "containers get what stands there";
    EXPECT_TRUE(read_library_folders(files).empty());
}

}  // namespace
}  // namespace onload_node
