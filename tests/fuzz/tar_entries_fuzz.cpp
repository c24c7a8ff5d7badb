// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/kernel_release.hpp"
#include "stage/release_files.hpp"
#include "stage/selection.hpp"
#include "stage/tar_entries.hpp"
#include "target.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace {

using namespace onload_node;

class Bytes final : public ByteStream {
public:
    explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        const auto count = std::min(room.size(), bytes_.size());
        if (count > 0) {
            std::memcpy(room.data(), bytes_.data(), count);
        }
        bytes_ = bytes_.subspan(count);
        return count;
    }

private:
    std::span<const std::uint8_t> bytes_;
};

/// What is taken of a release's image lies below the area for it.
void look_at_release(const std::string& path) {
    const auto place = release_path(path);
    fuzz::require(!place.starts_with('/') && ("/" + place + "/").find("/../") == std::string::npos);
    fuzz::require(
        place.empty() || place.starts_with("lib/modules/") || path.find(place) != std::string::npos
    );
}

/// Whatever is taken lies below its tree, and so does what its links lead to.
void look_at(const ArchiveEntry& entry) {
    look_at_release(entry.path);
    const auto place = place_of(entry);
    if (!place || place->part == Part::none) {
        return;
    }
    fuzz::require(("/" + place->path + "/").find("/../") == std::string::npos);
    fuzz::require(!place->path.starts_with('/') && place->kernel.find('/') == std::string::npos);
    fuzz::require(place->kernel.empty() || is_kernel_release(place->kernel));
    fuzz::require(printable(place->path) == place->path);
    if (entry.kind == EntryKind::link && check_link(entry, *place)) {
        fuzz::require(!entry.target.starts_with('/'));
    }
}

/// Each block with the checksum of a header: no fuzzer would find one.
std::vector<std::uint8_t> with_checksums(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t block = 512;
    constexpr std::size_t at = 148;
    std::vector<std::uint8_t> fixed(bytes.begin(), bytes.end());
    for (std::size_t begin = 0; begin + block <= fixed.size(); begin += block) {
        const std::span header(fixed.data() + begin, block);
        if (std::ranges::all_of(header, [](std::uint8_t byte) { return byte == 0; })) {
            continue;
        }
        std::ranges::fill(header.subspan(at, 8), ' ');
        unsigned sum = 0;
        for (const auto byte : header) {
            sum += byte;
        }
        for (std::size_t digit = 0; digit < 6; ++digit, sum /= 8) {
            header[at + 5 - digit] = static_cast<std::uint8_t>('0' + sum % 8);
        }
        header[at + 6] = 0;
    }
    return fixed;
}

void read_archive(std::span<const std::uint8_t> data) {
    Bytes bytes(data);
    TarEntries tar(bytes);
    ArchiveEntry entry;
    std::size_t seen = 0;
    for (auto more = tar.next(entry); more && *more; more = tar.next(entry)) {
        look_at(entry);
        std::array<std::byte, 333> buffer{};
        for (auto count = tar.read(buffer); count && *count > 0; count = tar.read(buffer)) {
            seen += *count;
        }
    }
    fuzz::require(seen <= data.size());
}

}  // namespace

/// A tar archive: no more content than there are bytes, and nothing that leaves its tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_archive({data, size});
    read_archive(with_checksums({data, size}));
    return 0;
}
