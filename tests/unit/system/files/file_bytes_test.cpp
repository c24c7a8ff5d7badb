// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/file_bytes.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

TEST(FileBytes, ReadsAFileOfAnySize) {
    const fixture::TemporaryDirectory directory;
    for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 300000U}) {
        const std::string content(size, 'x');
        const auto bytes = read_file_bytes(directory.put("/file", content));
        ASSERT_TRUE(bytes);
        EXPECT_EQ(bytes->size(), size);
    }
}

TEST(FileBytes, RefusesALinkUnlessToldToFollow) {
    const fixture::TemporaryDirectory directory;
    const std::string target = directory.put("/target", "abc");
    const std::string link = directory.path("/link");
    fs::create_symlink(target, link);
    const auto refused = read_file_bytes(link);
    ASSERT_FALSE(refused);
    EXPECT_EQ(
        refused.error().message, "cannot read " + link + ": it is a symbolic link, a file is needed"
    );
    EXPECT_EQ(read_file_bytes(link, Links::follow).value().size(), 3U);
}

TEST(FileBytes, RefusesWhatIsNoFileAndDoesNotHangOnAFifo) {
    const fixture::TemporaryDirectory directory;
    const std::string fifo = directory.path("/fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(
        read_file_bytes(fifo).error().message, "cannot read " + fifo + ": it is not a regular file"
    );
    EXPECT_FALSE(read_file_bytes(directory.path()));
    EXPECT_FALSE(read_text_file("/dev/zero"));
}

TEST(FileBytes, RefusesAFileThatIsTooLarge) {
    const fixture::TemporaryDirectory directory;
    const std::string file = directory.put("/sparse", "");
    fs::resize_file(file, std::uintmax_t{257} * 1024 * 1024);
    const auto refused = read_file_bytes(file);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("larger than 256 MiB"), std::string::npos)
        << refused.error().message;
}

TEST(FileBytes, ReadsFilesOfTheKernelThatTellNoSize) {
    const auto text = read_text_file("/proc/self/status");
    ASSERT_TRUE(text);
    EXPECT_NE(text->find("Pid:"), std::string::npos);
}

TEST(FileBytes, TellsAMissingFile) {
    EXPECT_EQ(read_file_bytes("/no/such/file").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace onload_node
