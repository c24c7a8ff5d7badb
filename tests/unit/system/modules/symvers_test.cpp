// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/symvers.hpp"
#include "unit/system/compression/compress.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace onload_node {
namespace {

using Bytes = std::vector<std::byte>;

Bytes gzip(const std::string& text) {
    Bytes output(text.size() + 1024);
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string input = text;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(output.data());
    stream.avail_out = static_cast<uInt>(output.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    output.resize(stream.total_out);
    deflateEnd(&stream);
    return output;
}

/// Longer than the pieces in which files are read and unpacked.
std::string long_text() {
    std::string text;
    for (unsigned i = 0; i < 20'000; ++i) {
        text += "0x0000" + std::to_string(1000 + i % 9000) + "\tsymbol_" + std::to_string(i) +
                "\tvmlinux\tEXPORT_SYMBOL\t\n";
    }
    return text + "0x0000002a\tlast\tdrivers/mtd/mtd\tEXPORT_SYMBOL\t\n";
}

const Symbols wanted = {{"symbol_0", {}}, {"last", {}}};

TEST(Symvers, IsReadWhateverItsCompression) {
    const fixture::TemporaryDirectory root;
    const std::string text = long_text();
    const auto plain = std::as_bytes(std::span(text));
    for (const auto& path :
         {root.put("/plain", text),
          root.put("/gz", gzip(text)),
          root.put("/xz", fixture::xz(plain))}) {
        const auto found = read_symvers(path, wanted);
        EXPECT_EQ(found.problem, "");
        EXPECT_EQ(found.path, path);
        EXPECT_EQ(
            found.symbols,
            (Symbols{{"symbol_0", {0x1000, false, "vmlinux"}}, {"last", {0x2a, false, "mtd"}}})
        );
    }
}

TEST(Symvers, SaysWhatIsWrongWithAFile) {
    const fixture::TemporaryDirectory root;
    auto cut = gzip(long_text());
    cut.resize(cut.size() / 2);
    auto damaged = gzip(long_text());
    damaged[damaged.size() / 2] ^= std::byte{0xff};
    damaged[damaged.size() / 2 + 1] ^= std::byte{0xff};
    const std::string text = long_text();
    auto cut_xz = fixture::xz(std::as_bytes(std::span(text)));
    cut_xz.resize(cut_xz.size() - 40);
    for (const auto& path :
         {root.put("/cut", cut),
          root.put("/damaged", damaged),
          root.put("/cut_xz", cut_xz),
          root.put("/empty", std::string()),
          root.path("/none"),
          root.path("")}) {
        const auto found = read_symvers(path, wanted);
        EXPECT_NE(found.problem.find("cannot use " + path), std::string::npos) << path;
        EXPECT_TRUE(found.symbols.empty()) << path;
    }
    EXPECT_NE(read_symvers(root.path("/cut"), wanted).problem.find("cut off"), std::string::npos);
}

TEST(Symvers, IsLookedForWhereKernelsKeepIt) {
    const fixture::TemporaryDirectory root;
    const std::string line = "0x0000002a\tlast\tvmlinux\tEXPORT_SYMBOL\t\n";
    EXPECT_EQ(find_kernel_symbols(root.path(), "K", wanted).path, "");
    root.put("/lib/modules/K/build/Module.symvers", line);
    EXPECT_EQ(find_kernel_symbols(root.path(), "K", wanted).path, "");
    const auto boot = root.put("/boot/symvers-K.gz", gzip(line));
    EXPECT_EQ(find_kernel_symbols(root.path(), "K", wanted).path, boot);
    const auto own =
        root.put("/lib/modules/K/symvers.xz", fixture::xz(std::as_bytes(std::span(line))));
    const auto found = find_kernel_symbols(root.path(), "K", wanted);
    EXPECT_EQ(found.path, own);
    EXPECT_EQ(found.symbols.size(), 1U);
}

}  // namespace
}  // namespace onload_node
