// SPDX-License-Identifier: BSD-2-Clause
#include "stage/tar_entries.hpp"
#include "system/files/file_bytes.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;
using fixture::TarWriter;
using fixture::TextStream;

struct Read {
    std::vector<ArchiveEntry> entries;
    std::vector<std::string> contents;
    std::string error;
};

std::string content_of(TarEntries& tar, std::string& error) {
    std::string content;
    std::array<std::byte, 100> buffer{};
    for (;;) {
        const auto count = tar.read(buffer);
        if (!count || *count == 0) {
            error = count ? "" : count.error().message;
            return content;
        }
        content.append(reinterpret_cast<const char*>(buffer.data()), *count);
    }
}

Read read_all(const std::string& bytes, bool contents = true) {
    TextStream stream(bytes);
    TarEntries tar(stream);
    Read read;
    ArchiveEntry entry;
    for (;;) {
        const auto more = tar.next(entry);
        if (!more) {
            read.error = more.error().message;
            EXPECT_EQ(more.error().code, ErrorCode::mismatch);
            return read;
        }
        if (!*more) {
            return read;
        }
        read.entries.push_back(entry);
        read.contents.push_back(contents ? content_of(tar, read.error) : "");
        if (!read.error.empty()) {
            return read;
        }
    }
}

TEST(TarEntries, GivesEachEntryAndItsContent) {
    const std::string big(1300, 'x');
    const auto bytes = TarWriter()
                           .directory("a/")
                           .file("a/one", big, 0755)
                           .file("a/empty", "")
                           .link("a/l", "one")
                           .hard_link("a/h", "a/one")
                           .entry('3', "a/null", "", "")
                           .bytes();
    const auto read = read_all(bytes);
    EXPECT_EQ(read.error, "");
    ASSERT_EQ(read.entries.size(), 6U);
    EXPECT_EQ(read.entries[0].kind, EntryKind::directory);
    EXPECT_EQ(read.entries[1].path, "a/one");
    EXPECT_EQ(read.entries[1].size, big.size());
    EXPECT_TRUE(read.entries[1].executable);
    EXPECT_EQ(read.contents[1], big);
    EXPECT_FALSE(read.entries[2].executable);
    EXPECT_EQ(read.entries[3].kind, EntryKind::link);
    EXPECT_EQ(read.entries[3].target, "one");
    EXPECT_EQ(read.entries[4].kind, EntryKind::hard_link);
    EXPECT_EQ(read.entries[5].kind, EntryKind::other);
    EXPECT_EQ(read_all(bytes, false).entries.size(), 6U) << "content that nobody reads";
}

TEST(TarEntries, ReadsLongNamesOfPaxAndGnu) {
    const std::string name = "opt/" + std::string(200, 'n');
    const auto pax =
        TarWriter()
            .entry('g', "g", "", TarWriter::record("comment", "c"))
            .entry(
                'x', "x", "", TarWriter::record("path", name) + TarWriter::record("linkpath", "t")
            )
            .entry('2', "short", "s", "")
            .file("next", "1")
            .bytes();
    const auto read = read_all(pax);
    ASSERT_EQ(read.entries.size(), 2U) << read.error;
    EXPECT_EQ(read.entries[0].path, name);
    EXPECT_EQ(read.entries[0].target, "t");
    EXPECT_EQ(read.entries[1].path, "next") << "an extended header is for one entry";
    const auto gnu = TarWriter()
                         .entry('L', "././@LongLink", "", name + std::string(1, '\0'))
                         .entry('K', "././@LongLink", "", "t2" + std::string(1, '\0'))
                         .entry('2', "short", "s", "")
                         .bytes();
    const auto long_link = read_all(gnu);
    ASSERT_EQ(long_link.entries.size(), 1U) << long_link.error;
    EXPECT_EQ(long_link.entries[0].path, name);
    EXPECT_EQ(long_link.entries[0].target, "t2");
}

TEST(TarEntries, ReadsPrefixesAndSizesInBase256) {
    std::string header(TarWriter::block, '\0');
    TarWriter::put(header, 0, "file");
    TarWriter::put(header, 100, "0000644");
    header[124] = static_cast<char>(0x80);
    header[135] = 3;
    header[156] = '0';
    TarWriter::put(header, 257, std::string("ustar\0", 6) + "00");
    TarWriter::put(header, 345, "opt/lib");
    const auto read = read_all(TarWriter().add(header, "abc").bytes());
    ASSERT_EQ(read.entries.size(), 1U) << read.error;
    EXPECT_EQ(read.entries[0].path, "opt/lib/file");
    EXPECT_EQ(read.contents[0], "abc");
}

TEST(TarEntries, TellsWhereAnArchiveIsCutOff) {
    const auto whole = TarWriter().file("a", std::string(600, 'x')).file("b", "y");
    const std::string bytes = whole.bytes();
    EXPECT_NE(
        read_all(bytes.substr(0, 700)).error.find("cut off in a file, at byte 700"),
        std::string::npos
    );
    EXPECT_NE(read_all(bytes.substr(0, 700), false).error.find("cut off"), std::string::npos);
    EXPECT_NE(read_all(bytes.substr(0, 300)).error.find("cut off in a header"), std::string::npos);
    EXPECT_NE(read_all(whole.without_end()).error.find("cut off in a header"), std::string::npos);
    EXPECT_NE(read_all("").error.find("cut off"), std::string::npos);
}

TEST(TarEntries, RefusesDamage) {
    auto bytes = TarWriter().file("a", "x").bytes();
    bytes[3] = 'Z';
    EXPECT_NE(read_all(bytes).error.find("no header"), std::string::npos);
    const auto bad_record = TarWriter().entry('x', "x", "", "99 path=a\n").file("a", "").bytes();
    EXPECT_NE(read_all(bad_record).error.find("extended header"), std::string::npos);
    std::string header(TarWriter::block, '\0');
    TarWriter::put(header, 0, "a");
    TarWriter::put(header, 124, "zzzz");
    EXPECT_NE(
        read_all(TarWriter().add(header, "").bytes()).error.find("no number"), std::string::npos
    );
    TarWriter::put(header, 124, "00000000000");
    TarWriter::put(header, 100, "zzzz");
    EXPECT_NE(
        read_all(TarWriter().add(header, "").bytes()).error.find("no number"), std::string::npos
    );
    const auto bad_size =
        TarWriter().entry('x', "x", "", TarWriter::record("size", "zz")).file("a", "").bytes();
    EXPECT_NE(read_all(bad_size).error.find("no number"), std::string::npos);
    TarWriter::put(header, 124, "00200000000");
    header[156] = 'x';
    EXPECT_NE(
        read_all(TarWriter().add(header, "").bytes()).error.find("mebibyte"), std::string::npos
    );
}

TEST(TarEntries, HidesNothingFromWhatRefuses) {
    const std::string name("opt/a\0b", 7);
    const auto read = read_all(TarWriter()
                                   .entry('Q', "unknown", "", "")
                                   .entry('D', "dump", "", "")
                                   .entry('x', "x", "", TarWriter::record("path", name))
                                   .file("short", "")
                                   .bytes());
    ASSERT_EQ(read.entries.size(), 3U) << read.error;
    EXPECT_EQ(read.entries[0].kind, EntryKind::other);
    EXPECT_EQ(read.entries[1].kind, EntryKind::other);
    EXPECT_EQ(read.entries[2].path, name) << "whole, with its zero byte";
}

TEST(TarEntries, TakesNoSparseFile) {
    const auto bytes = TarWriter()
                           .entry('x', "x", "", TarWriter::record("GNU.sparse.major", "1"))
                           .file("a", "data")
                           .bytes();
    const auto read = read_all(bytes);
    ASSERT_EQ(read.entries.size(), 1U);
    EXPECT_EQ(read.entries[0].kind, EntryKind::other);
}

/// In whichever of its forms it comes, it is the file that it stands for which is not taken.
TEST(TarEntries, KnowsASparseFileByItsOwnName) {
    const auto bytes = TarWriter()
                           .entry(
                               'x',
                               "x",
                               "",
                               TarWriter::record("GNU.sparse.major", "1") +
                                   TarWriter::record("GNU.sparse.name", "usr/sbin/sfptpd")
                           )
                           .file("usr/sbin/GNUSparseFile.7/sfptpd", "data")
                           .entry('S', "usr/sbin/other", "", "data")
                           .file("next", "1")
                           .bytes();
    const auto read = read_all(bytes);
    ASSERT_EQ(read.entries.size(), 3U) << read.error;
    EXPECT_EQ(read.entries[0].path, "usr/sbin/sfptpd");
    EXPECT_EQ(read.entries[1].kind, EntryKind::other);
    EXPECT_EQ(read.entries[1].path, "usr/sbin/other");
    EXPECT_EQ(read.entries[2].path, "next");
}

/// The archives that the tools themselves write, in each of their forms.
class ArchiveOfTool : public ::testing::TestWithParam<const char*> {};

TEST_P(ArchiveOfTool, IsReadWhole) {
    const fixture::TemporaryDirectory directory;
    const std::string deep = std::string(90, 'd') + "/" + std::string(60, 'e');
    directory.put("/t/opt/" + deep + "/a.ko", std::string(3000, 'x'));
    fs::create_symlink(deep + "/a.ko", directory.path("/t/opt/link"));
    fs::create_hard_link(directory.path("/t/opt/" + deep + "/a.ko"), directory.path("/t/opt/z"));
    const std::string command =
        "cd " + directory.path("/t") + " && tar " + GetParam() + " -cf ../a.tar opt";
    ASSERT_EQ(std::system(command.c_str()), 0);
    const auto read = read_all(read_text_file(directory.path("/a.tar")).value_or(""));
    EXPECT_EQ(read.error, "");
    std::map<std::string, ArchiveEntry> found;
    std::string contents;
    for (std::size_t i = 0; i < read.entries.size(); ++i) {
        found[read.entries[i].path] = read.entries[i];
        contents += read.contents[i];
    }
    EXPECT_EQ(contents, std::string(3000, 'x'));
    EXPECT_EQ(found["opt/link"].target, deep + "/a.ko");
    const auto one =
        found["opt/z"].kind == EntryKind::hard_link ? "opt/z" : "opt/" + deep + "/a.ko";
    EXPECT_EQ(found[one].kind, EntryKind::hard_link);
    EXPECT_EQ(found[found[one].target].kind, EntryKind::file);
}

INSTANTIATE_TEST_SUITE_P(
    Forms,
    ArchiveOfTool,
    ::testing::Values(
        "--format=gnu", "--format=oldgnu", "--format=pax", "-b 200", "--format=gnu -V label"
    )
);

/// Fails where a program would: at the end.
class FailingAtEnd final : public ByteStream {
public:
    explicit FailingAtEnd(std::string bytes) : inner_(std::move(bytes)) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        auto count = inner_.read(room);
        return count && *count == 0 ? failure(ErrorCode::io, "podman failed") : count;
    }

private:
    TextStream inner_;
};

TEST(TarEntries, NoticesAProgramThatFailsBehindTheEndMark) {
    FailingAtEnd stream(TarWriter().file("a", "x").bytes());
    TarEntries tar(stream);
    ArchiveEntry entry;
    ASSERT_TRUE(tar.next(entry).value());
    const auto end = tar.next(entry);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().message, "podman failed");
}

}  // namespace
}  // namespace onload_node
