// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <array>

namespace onload_node {

/// The entries of a tar archive: ustar, pax and GNU, as tar, podman and skopeo write them. An
/// archive that ends before its end mark, or whose headers are damaged, is an error
/// (ErrorCode::mismatch). Sparse files count as EntryKind::other.
class TarEntries final : public EntrySource {
public:
    /// `stream` must outlive the object.
    explicit TarEntries(ByteStream& stream) : stream_(stream) {}

    [[nodiscard]] Result<bool> next(ArchiveEntry& entry) override;
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> room) override;

private:
    static constexpr std::size_t block_size = 512;
    using Block = std::array<char, block_size>;

    /// What an extended header says of the entry behind it.
    struct Extended {
        std::string path;
        std::string target;
        std::string size;
        bool sparse = false;
        std::string sparse_name;
    };

    [[nodiscard]] Result<bool> read_header(Block& header);
    [[nodiscard]] Result<void> read_exactly(std::span<std::byte> room, const char* what);
    [[nodiscard]] Result<void> pass(std::uint64_t bytes);
    [[nodiscard]] Result<std::string> read_text(std::uint64_t size);
    [[nodiscard]] Result<bool> take_extended(char type, std::uint64_t size);
    [[nodiscard]] Result<void> take_records(const std::string& records);
    [[nodiscard]] Result<void> read_rest();
    [[nodiscard]] Result<bool> take_header(ArchiveEntry& entry, const Block& header);
    [[nodiscard]] Result<void> fill(ArchiveEntry& entry, const Block& header);
    [[nodiscard]] Result<void> drain();

    ByteStream& stream_;
    Extended extended_;
    std::uint64_t left_ = 0;     ///< bytes of the current file that nobody has read
    std::uint64_t padding_ = 0;  ///< behind them
    std::uint64_t position_ = 0;
};

}  // namespace onload_node
