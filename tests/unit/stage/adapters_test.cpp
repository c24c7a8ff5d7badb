// SPDX-License-Identifier: BSD-2-Clause
#include "stage/selection.hpp"
#include "system/files/byte_streams.hpp"
#include "system/files/directory_entries.hpp"
#include "system/files/work_area.hpp"
#include "system/processes/programs.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <array>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

Result<std::string> all_of(ByteStream& stream) {
    std::string text;
    std::array<std::byte, 1000> buffer{};
    for (;;) {
        const auto count = stream.read(buffer);
        if (!count) {
            return tl::unexpected(count.error());
        }
        if (*count == 0) {
            return text;
        }
        text.append(reinterpret_cast<const char*>(buffer.data()), *count);
    }
}

class Unpacking : public ::testing::TestWithParam<const char*> {
protected:
    /// Packed by the real program; the text does not compress to nothing.
    std::string packed() {
        for (int i = 0; i < 60000; ++i) {
            text += std::to_string(i * 7919);
        }
        const auto file = directory.put("/text", text);
        const std::string command =
            std::string(GetParam()) + " -c " + file + " >" + directory.path("/packed");
        EXPECT_EQ(std::system(command.c_str()), 0);
        return directory.path("/packed");
    }

    fixture::TemporaryDirectory directory;
    std::string text;
};

TEST_P(Unpacking, GivesTheBytesBack) {
    const auto stream = open_unpacked(packed());
    ASSERT_TRUE(stream);
    EXPECT_EQ(all_of(**stream).value_or("failed"), text);
}

TEST_P(Unpacking, NoticesTwoInARow) {
    const auto file = packed();
    ASSERT_EQ(std::system(("cat " + file + " " + file + " >" + file + "2").c_str()), 0);
    const auto stream = open_unpacked(file + "2");
    ASSERT_TRUE(stream);
    EXPECT_EQ(all_of(**stream).value_or("failed"), text + text);
}

TEST_P(Unpacking, NoticesThatItIsCutOffOrDamaged) {
    const auto file = packed();
    const auto size = fs::file_size(file);
    fs::copy(file, file + ".cut");
    fs::resize_file(file + ".cut", size - 20);
    const auto cut = open_unpacked(file + ".cut");
    ASSERT_TRUE(cut);
    const auto read = all_of(**cut);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::mismatch);
    std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(static_cast<std::streamoff>(size / 2));
    damaged.write("damage damage", 13);
    damaged.close();
    const auto stream = open_unpacked(file);
    ASSERT_TRUE(stream);
    EXPECT_FALSE(all_of(**stream));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Unpacking, ::testing::Values("gzip", "xz", "zstd -q"));

TEST(UnpackedFile, IsGivenAsItIsWhenItIsNotPacked) {
    const fixture::TemporaryDirectory directory;
    EXPECT_EQ(all_of(**open_unpacked(directory.put("/f", "plain"))).value_or(""), "plain");
    EXPECT_EQ(all_of(**open_unpacked(directory.put("/e", ""))).value_or("x"), "");
    EXPECT_FALSE(open_unpacked(directory.path("/missing")));
    EXPECT_FALSE(open_unpacked(directory.put("/b", "BZh91AY")));
}

TEST(UnpackedFile, IsRefusedByNameWhenItIsPackedOtherwise) {
    const fixture::TemporaryDirectory directory;
    using namespace std::string_literals;
    const std::map<std::string, std::string> kinds = {
        {"bzip2", "BZh91AY"},
        {"lz4", "\x04\x22\x4D\x18xx"},
        {"lzip", "LZIP\x01"},
        {"lzma", "\x5D\0\0\x80\0"s},
        {"compress", "\x1F\x9D\x90"},
        {"zip", "PK\x03\x04"}};
    for (const auto& [kind, bytes] : kinds) {
        const auto stream = open_unpacked(directory.put("/packed", bytes));
        ASSERT_FALSE(stream) << kind;
        EXPECT_EQ(stream.error().code, ErrorCode::mismatch);
        EXPECT_EQ(stream.error().message, kind + " is not read; gzip, xz and zstd are");
    }
}

TEST(UnpackedFile, MayBeginOrEndWithWhatOrdinaryToolsIgnore) {
    const fixture::TemporaryDirectory directory;
    const auto file = directory.put("/f", std::string(300000, 'x') + "end");
    const auto packed = directory.path("/packed");
    const std::vector<std::string> ways = {
        "pzstd -q -c " + file,
        "{ gzip -c " + file + "; head -c 70000 /dev/zero; }",
        "{ xz -c " + file + "; head -c 80000 /dev/zero; }",
    };
    for (const auto& way : ways) {
        ASSERT_EQ(std::system((way + " >" + packed).c_str()), 0) << way;
        const auto text = all_of(**open_unpacked(packed));
        ASSERT_TRUE(text) << way << ": " << text.error().message;
        EXPECT_EQ(text->size(), 300003U) << way;
    }
}

TEST(UnpackedFile, MayNotNeedMuchMemory) {
    const fixture::TemporaryDirectory directory;
    const auto file = directory.put("/f", "x");
    for (const std::string program : {"xz -T1 --lzma2=preset=0,dict=256MiB", "zstd -q --long=28"}) {
        const auto packed = directory.path("/packed");
        // From a pipe: of a file zstd knows the size, and asks for no more than that.
        const auto command = "cat " + file + " | " + program + " -c >" + packed;
        ASSERT_EQ(std::system(command.c_str()), 0);
        const auto read = all_of(**open_unpacked(packed));
        ASSERT_FALSE(read) << program;
        EXPECT_EQ(read.error().code, ErrorCode::mismatch);
        EXPECT_NE(read.error().message.find("memory"), std::string::npos) << read.error().message;
    }
}

TEST(UnpackedFile, MayHaveFramesWithoutContentBehindIt) {
    const fixture::TemporaryDirectory directory;
    const auto file = directory.put("/f", "text");
    const auto frame = directory.put("/frame", std::string("\x50\x2A\x4D\x18\x04\0\0\0toc.", 12));
    const auto packed = directory.path("/packed");
    const auto command = "zstd -q -c " + file + " | cat - " + frame + " >" + packed;
    ASSERT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(all_of(**open_unpacked(packed)).value_or("failed"), "text");
}

TEST(DirectoryEntries, GivesWhatIsBelowTheNamedPaths) {
    const fixture::TemporaryDirectory directory;
    directory.put("/opt/lib/modules/k/extra/sfc.ko", "sfc");
    fs::create_symlink("/lib/modules/k/kernel", directory.path("/opt/lib/modules/k/kernel"));
    directory.put("/usr/sbin/sfptpd", "ptp");
    directory.put("/etc/passwd", "no");
    ASSERT_EQ(::mkfifo(directory.path("/opt/lib/modules/k/fifo").c_str(), 0600), 0);
    DirectoryEntries entries(directory.path(), selected_paths());
    std::map<std::string, ArchiveEntry> found;
    ArchiveEntry entry;
    for (auto more = entries.next(entry); more && *more; more = entries.next(entry)) {
        found[entry.path] = entry;
        if (entry.kind == EntryKind::file) {
            std::array<std::byte, 16> buffer{};
            EXPECT_EQ(entries.read(buffer).value_or(0), 3U);
            EXPECT_EQ(entries.read(buffer).value_or(7), 0U);
        }
    }
    EXPECT_EQ(found.size(), 7U);
    EXPECT_EQ(found["opt/lib/modules/k/kernel"].kind, EntryKind::link);
    EXPECT_EQ(found["opt/lib/modules/k/kernel"].target, "/lib/modules/k/kernel");
    EXPECT_EQ(found["opt/lib/modules/k/fifo"].kind, EntryKind::other);
    EXPECT_EQ(found["usr/sbin/sfptpd"].kind, EntryKind::file);
    EXPECT_FALSE(found.contains("etc/passwd"));
}

TEST(WorkArea, PutsADirectoryInThePlaceOfAnother) {
    const fixture::TemporaryDirectory root;
    root.put("/opt/tree/old", "1");
    SystemWorkArea area(root.path(), "/opt/.new");
    ASSERT_TRUE(area.begin());
    ASSERT_TRUE(area.make_directory("tree/sub"));
    ASSERT_TRUE(area.sync());
    ASSERT_TRUE(area.exchange("tree", "/opt/tree"));
    EXPECT_TRUE(fs::exists(root.path("/opt/tree/sub")));
    EXPECT_TRUE(fs::exists(root.path("/opt/.new/tree/old")));
    ASSERT_TRUE(area.make_directory("other"));
    ASSERT_TRUE(area.exchange("other", "/opt/made/other")) << "where nothing was";
    EXPECT_TRUE(fs::exists(root.path("/opt/made/other")));
    ASSERT_TRUE(area.take_away("/opt/tree"));
    ASSERT_TRUE(area.take_away("/opt/tree")) << "gone already";
    ASSERT_TRUE(area.discard());
    EXPECT_FALSE(fs::exists(root.path("/opt/tree")));
    EXPECT_FALSE(fs::exists(root.path("/opt/.new")));
}

TEST(WorkArea, FollowsNoLink) {
    const fixture::TemporaryDirectory root;
    root.put("/outside/file", "1");
    SystemWorkArea area(root.path(), "/area");
    ASSERT_TRUE(area.begin());
    ASSERT_TRUE(area.make_link("l", root.path("/outside")));
    const auto made = area.make_directory("l/sub");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::mismatch);
    EXPECT_FALSE(area.open("l/file"));
    EXPECT_FALSE(fs::exists(root.path("/outside/sub")));
    EXPECT_FALSE(area.open("not/there"));
    EXPECT_FALSE(fs::exists(root.path("/area/not"))) << "looking makes nothing";
}

TEST(Programs, AreRunToTheirEnd) {
    SystemPrograms programs;
    const auto end = programs.run(
        {"sh", "-c", "echo out; echo first >&2; echo last >&2; exit 7"}, fixture::patience
    );
    ASSERT_TRUE(end);
    EXPECT_EQ(end->status, 7);
    EXPECT_EQ(end->output, "out\n");
    EXPECT_EQ(end->complaint, "first\nlast");
    EXPECT_TRUE(programs.available("sh"));
    EXPECT_FALSE(programs.available("no-such-program-anywhere"));
    EXPECT_EQ(programs.run({"no-such-program-anywhere"}, fixture::patience)->status, 127);
}

TEST(Programs, AreKilledAtTheLimitWithWhatTheyStarted) {
    SystemPrograms programs;
    const auto end = programs.run({"sh", "-c", "sleep 60 & sleep 60"}, Milliseconds(200));
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, ErrorCode::timeout);
}

TEST(Programs, MayComplainOfMoreThanAPipeHolds) {
    SystemPrograms programs;
    const auto end = programs.run(
        {"sh", "-c", "seq 100000 >&2; exec >&-; seq 100000 >&2; echo last >&2; sleep 0.1"},
        fixture::patience
    );
    ASSERT_TRUE(end);
    EXPECT_EQ(end->complaint.size(), 4095) << "the end of it, without the line break";
    EXPECT_TRUE(end->complaint.ends_with("\n100000\nlast")) << end->complaint;
}

TEST(Programs, AreKilledAtTheLimitWhileTheyComplain) {
    SystemPrograms programs;
    std::string message;
    fixture::with_growing_limit([&](Milliseconds limit) {
        const auto end = programs.run({"sh", "-c", "yes no >&2"}, limit);
        message = end ? "it ended by itself" : end.error().message;
        return message.ends_with("no");
    });
    EXPECT_TRUE(message.ends_with("no")) << message;
}

TEST(Programs, ComplainInTextThatShowsAsItIsWritten) {
    SystemPrograms programs;
    const auto end = programs.run(
        {"sh", "-c", "printf 'a\\033[2J\\rb\\177\\n\\tc\\0' >&2; exit 1"}, fixture::patience
    );
    ASSERT_TRUE(end);
    EXPECT_EQ(end->complaint, "a?[2J?b?\n\tc?") << "a registry has a say in what podman says";
}

TEST(Programs, FailAtTheEndOfTheirStream) {
    SystemPrograms programs;
    const auto good = programs.stream({"sh", "-c", "printf abc"}, fixture::patience);
    EXPECT_EQ(all_of(**good).value_or(""), "abc");
    const auto bad =
        programs.stream({"sh", "-c", "printf abc; echo why >&2; exit 1"}, fixture::patience);
    const auto read = all_of(**bad);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "sh failed: why");
}

}  // namespace
}  // namespace onload_node
