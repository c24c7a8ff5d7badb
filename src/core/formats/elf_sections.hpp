// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include <elf.h>

/// Reads ELF files whose bytes may be anything: checks every offset and trusts nothing.
namespace onload_node::elf {

using View = std::span<const std::byte>;

/// `size` bytes at `offset`; nothing if they are not all inside `bytes`.
[[nodiscard]] std::optional<View> slice(View bytes, std::uint64_t offset, std::uint64_t size);

/// A copy of the structure at an offset, which may be unaligned.
template <typename T>
[[nodiscard]] std::optional<T> at(View bytes, std::uint64_t offset) {
    const auto part = slice(bytes, offset, sizeof(T));
    if (!part) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, part->data(), sizeof(T));
    return value;
}

[[nodiscard]] std::string_view as_text(View bytes);

/// The string at an offset, up to the next zero byte or the end of the table.
[[nodiscard]] std::string_view string_at(View table, std::uint64_t offset);

/// The sections of an ELF file, found by name, type or number.
class Sections final {
public:
    /// The message of an error says what is wrong with the section table.
    [[nodiscard]] static Result<Sections> read(View file, const Elf64_Ehdr& header);

    /// Content of the first section of that name; nothing when there is none inside the file.
    [[nodiscard]] std::optional<View> find(std::string_view name) const;

    /// The header of the first section of that type.
    [[nodiscard]] std::optional<Elf64_Shdr> first_of(Elf64_Word type) const;

    /// Content of the section with that number.
    [[nodiscard]] std::optional<View> content_of(std::uint64_t number) const;

    [[nodiscard]] std::optional<View> content(const Elf64_Shdr& section) const;

private:
    Sections(View file, View table) : file_(file), table_(table) {}

    View file_;
    View table_;
    View names_;
};

}  // namespace onload_node::elf
