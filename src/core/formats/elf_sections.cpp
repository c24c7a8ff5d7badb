// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/elf_sections.hpp"

#include <bit>

namespace onload_node::elf {

static_assert(
    std::endian::native == std::endian::little, "headers are copied as they lie in the file"
);

std::optional<View> slice(View bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset > bytes.size() || size > bytes.size() - offset) {
        return std::nullopt;
    }
    return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

std::string_view as_text(View bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view string_at(View table, std::uint64_t offset) {
    const auto rest = slice(table, offset, offset > table.size() ? 0 : table.size() - offset);
    const auto text = rest ? as_text(*rest) : std::string_view();
    return text.substr(0, text.find('\0'));
}

Result<Sections> Sections::read(View file, const Elf64_Ehdr& header) {
    const auto table =
        slice(file, header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
    if (!table) {
        return failure(
            ErrorCode::mismatch, "the section table lies beyond the end of the file (cut off?)"
        );
    }
    Sections sections(file, *table);
    const auto names = sections.content_of(header.e_shstrndx);
    if (!names) {
        return failure(
            ErrorCode::mismatch, "the section names lie beyond the end of the file (cut off?)"
        );
    }
    sections.names_ = *names;
    return sections;
}

std::optional<View> Sections::find(std::string_view name) const {
    for (std::uint64_t offset = 0; offset < table_.size(); offset += sizeof(Elf64_Shdr)) {
        const auto section = at<Elf64_Shdr>(table_, offset);
        if (section && string_at(names_, section->sh_name) == name) {
            return content(*section);
        }
    }
    return std::nullopt;
}

std::optional<Elf64_Shdr> Sections::first_of(Elf64_Word type) const {
    for (std::uint64_t offset = 0; offset < table_.size(); offset += sizeof(Elf64_Shdr)) {
        const auto section = at<Elf64_Shdr>(table_, offset);
        if (section && section->sh_type == type) {
            return section;
        }
    }
    return std::nullopt;
}

std::optional<View> Sections::content_of(std::uint64_t number) const {
    const auto section = at<Elf64_Shdr>(table_, number * sizeof(Elf64_Shdr));
    return section ? content(*section) : std::nullopt;
}

std::optional<View> Sections::content(const Elf64_Shdr& section) const {
    if (section.sh_type == SHT_NOBITS) {
        return std::nullopt;
    }
    return slice(file_, section.sh_offset, section.sh_size);
}

}  // namespace onload_node::elf
