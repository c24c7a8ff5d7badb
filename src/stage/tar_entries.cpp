// SPDX-License-Identifier: BSD-2-Clause
#include "stage/tar_entries.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace onload_node {

namespace {

/// Of a long name or a pax header, bytes. What we take has none as long.
constexpr std::uint64_t longest_extension = std::uint64_t{1024} * 1024;
constexpr std::uint64_t largest_file = std::uint64_t{1} << 40;

struct Field {
    std::size_t offset;
    std::size_t length;
};

constexpr Field name_field = {0, 100};
constexpr Field mode_field = {100, 8};
constexpr Field size_field = {124, 12};
constexpr Field checksum_field = {148, 8};
constexpr std::size_t type_offset = 156;
constexpr Field target_field = {157, 100};
constexpr Field magic_field = {257, 6};
constexpr Field prefix_field = {345, 155};

tl::unexpected<Error> damaged(std::uint64_t position, const std::string& what) {
    return failure(
        ErrorCode::mismatch,
        compose("the tar archive is damaged at byte {}: {}", std::to_string(position), what)
    );
}

std::string_view bytes_of(std::string_view block, Field field) {
    return block.substr(field.offset, field.length);
}

std::string text_of(std::string_view block, Field field) {
    const auto bytes = bytes_of(block, field);
    return std::string(bytes.substr(0, bytes.find('\0')));
}

/// Base 256: GNU tar writes so what does not fit into octal digits. A negative number is refused.
std::optional<std::uint64_t> binary_number(std::string_view bytes) {
    std::uint64_t value = static_cast<unsigned char>(bytes.front()) & 0x7FU;
    for (const char byte : bytes.substr(1)) {
        if (value > (largest_file >> 8U)) {
            return std::nullopt;
        }
        value = (value << 8U) | static_cast<unsigned char>(byte);
    }
    return value;
}

std::optional<std::uint64_t> number_of(std::string_view block, Field field) {
    auto bytes = bytes_of(block, field);
    if ((static_cast<unsigned char>(bytes.front()) & 0x80U) != 0) {
        return binary_number(bytes);
    }
    bytes.remove_prefix(std::min(bytes.find_first_not_of(' '), bytes.size()));
    bytes = bytes.substr(0, bytes.find_first_of(std::string_view(" \0", 2)));
    std::uint64_t value = 0;
    const char* const end = bytes.data() + bytes.size();
    const auto [rest, error] = std::from_chars(bytes.data(), end, value, 8);
    const bool whole = bytes.empty() || (error == std::errc() && rest == end);
    return whole ? std::optional(value) : std::nullopt;
}

/// The checksum is the sum of the header's bytes, with blanks in its own place.
bool checksum_right(std::string_view block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        const bool own =
            i >= checksum_field.offset && i < checksum_field.offset + checksum_field.length;
        sum += own ? std::uint64_t{' '} : static_cast<unsigned char>(block[i]);
    }
    return number_of(block, checksum_field) == sum;
}

EntryKind kind_of(char type, const std::string& path) {
    switch (type) {
    case '0':
    case '\0':
    case '7':
        // Old tar has no type for directories: their name ends in '/'.
        return !path.empty() && path.back() == '/' ? EntryKind::directory : EntryKind::file;
    case '1':
        return EntryKind::hard_link;
    case '2':
        return EntryKind::link;
    case '5':
        return EntryKind::directory;
    default:
        return EntryKind::other;
    }
}

std::string path_of(std::string_view block) {
    std::string name = text_of(block, name_field);
    // GNU tar's own format has something else where ustar has the prefix.
    if (bytes_of(block, magic_field) == std::string_view("ustar\0", 6)) {
        const auto prefix = text_of(block, prefix_field);
        name = prefix.empty() ? name : compose("{}/{}", prefix, name);
    }
    return name;
}

std::uint64_t padding_behind(std::uint64_t size) {
    constexpr std::uint64_t block = 512;
    return (block - size % block) % block;
}

}  // namespace

Result<void> TarEntries::read_exactly(std::span<std::byte> room, const char* what) {
    while (!room.empty()) {
        const auto count = TRY(stream_.read(room));
        if (count == 0) {
            return failure(
                ErrorCode::mismatch,
                compose("the archive is cut off in {}, at byte {}", what, std::to_string(position_))
            );
        }
        position_ += count;
        room = room.subspan(count);
    }
    return {};
}

Result<void> TarEntries::pass(std::uint64_t bytes) {
    std::array<std::byte, 16384> buffer{};
    while (bytes > 0) {
        const auto count = std::min<std::uint64_t>(bytes, buffer.size());
        const auto room = std::span(buffer).first(static_cast<std::size_t>(count));
        TRY(read_exactly(room, "a file"));
        bytes -= count;
    }
    return {};
}

/// False at the end mark.
Result<bool> TarEntries::read_header(Block& header) {
    TRY(read_exactly(std::as_writable_bytes(std::span(header)), "a header"));
    if (std::ranges::all_of(header, [](char byte) { return byte == '\0'; })) {
        return false;
    }
    if (!checksum_right({header.data(), header.size()})) {
        return damaged(position_ - header.size(), "this is no header; is it a tar archive?");
    }
    return true;
}

Result<std::string> TarEntries::read_text(std::uint64_t size) {
    if (size > longest_extension) {
        return damaged(position_, "a name or comment of more than a mebibyte");
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    TRY(read_exactly(std::as_writable_bytes(std::span(text)), "a name"));
    TRY(pass(padding_behind(size)));
    return text;
}

/// Lines of "LENGTH KEY=VALUE", where the length counts the whole line.
Result<void> TarEntries::take_records(const std::string& records) {
    std::string_view rest = records;
    while (!rest.empty()) {
        std::size_t length = 0;
        const auto [after, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
        const auto digits = static_cast<std::size_t>(after - rest.data());
        if (error != std::errc() || length > rest.size() || length < digits + 3) {
            return damaged(position_, "an extended header that cannot be read");
        }
        const auto record = rest.substr(digits + 1, length - digits - 2);
        rest.remove_prefix(length);
        const auto equals = std::min(record.find('='), record.size() - 1);
        const auto key = record.substr(0, equals);
        const auto value = record.substr(equals + 1);
        if (key == "path") {
            extended_.path = value;
        } else if (key == "linkpath") {
            extended_.target = value;
        } else if (key == "size") {
            extended_.size = value;
        } else if (key.starts_with("GNU.sparse.")) {
            extended_.sparse = true;
            // The header then has another, of a folder that nobody has.
            if (key == "GNU.sparse.name") {
                extended_.sparse_name = value;
            }
        }
    }
    return {};
}

/// True when the entry only tells of the one behind it.
Result<bool> TarEntries::take_extended(char type, std::uint64_t size) {
    if (type != 'x' && type != 'g' && type != 'L' && type != 'K') {
        return false;
    }
    auto text = TRY(read_text(size));
    if (type == 'L') {
        extended_.path = text.substr(0, text.find('\0'));
    } else if (type == 'K') {
        extended_.target = text.substr(0, text.find('\0'));
    } else if (type == 'x') {
        TRY(take_records(text));
    }
    return true;
}

Result<void> TarEntries::fill(ArchiveEntry& entry, const Block& header) {
    const std::string_view block(header.data(), header.size());
    const char type = block[type_offset];
    auto size = number_of(block, size_field);
    if (!extended_.size.empty()) {
        std::uint64_t value = 0;
        const char* const end = extended_.size.data() + extended_.size.size();
        const auto [rest, error] = std::from_chars(extended_.size.data(), end, value);
        size = error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
    }
    const auto mode = number_of(block, mode_field);
    if (!size || *size > largest_file || !mode) {
        return damaged(position_ - block.size(), "a size or mode that is no number");
    }
    entry.path = !extended_.sparse_name.empty() ? extended_.sparse_name
                 : extended_.path.empty()       ? path_of(block)
                                                : extended_.path;
    entry.target = extended_.target.empty() ? text_of(block, target_field) : extended_.target;
    entry.kind = extended_.sparse ? EntryKind::other : kind_of(type, entry.path);
    entry.executable = (*mode & 0111U) != 0;
    entry.set_id = (*mode & 06000U) != 0;
    // Links, directories and devices have no content, whatever their size says.
    const bool content = (type < '1' || type > '6');
    entry.size = content ? *size : 0;
    left_ = entry.size;
    padding_ = padding_behind(entry.size);
    extended_ = {};
    return {};
}

Result<void> TarEntries::drain() {
    auto passed = pass(left_ + padding_);
    left_ = 0;
    padding_ = 0;
    return passed;
}

/// Reads what follows the end mark: a program that writes the archive tells only at the end of its
/// output whether it failed.
Result<void> TarEntries::read_rest() {
    std::array<std::byte, 16384> rest{};
    for (;;) {
        const auto count = TRY(stream_.read(rest));
        if (count == 0) {
            return {};
        }
    }
}

/// True when `entry` has been filled; false when the header only tells of the one behind it.
Result<bool> TarEntries::take_header(ArchiveEntry& entry, const Block& header) {
    const std::string_view block(header.data(), header.size());
    const auto size = number_of(block, size_field);
    if (!size) {
        return damaged(position_ - block.size(), "a size that is no number");
    }
    const auto extended = TRY(take_extended(block[type_offset], *size));
    if (extended) {
        return false;
    }
    TRY(fill(entry, header));
    return true;
}

Result<bool> TarEntries::next(ArchiveEntry& entry) {
    TRY(drain());
    for (;;) {
        Block header{};
        const auto more = TRY(read_header(header));
        if (!more) {
            TRY(read_rest());
            return false;
        }
        const auto taken = TRY(take_header(entry, header));
        if (taken) {
            return true;
        }
    }
}

Result<std::size_t> TarEntries::read(std::span<std::byte> room) {
    const auto wanted = std::min<std::uint64_t>(left_, room.size());
    if (wanted == 0) {
        return std::size_t{0};
    }
    auto count = TRY(stream_.read(room.first(static_cast<std::size_t>(wanted))));
    if (count == 0) {
        return failure(
            ErrorCode::mismatch,
            compose("the archive is cut off in a file, at byte {}", std::to_string(position_))
        );
    }
    position_ += count;
    left_ -= count;
    return count;
}

}  // namespace onload_node
