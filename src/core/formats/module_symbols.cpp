// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"

#include <string>

namespace onload_node {

namespace {

using elf::at;
using elf::View;

constexpr std::string_view crc_prefix = "__crc_";
constexpr std::string_view export_prefix = "__ksymtab_";
/// ELF counts this symbol as undefined, but the kernel does not look for it.
constexpr std::string_view linker_symbol = "_GLOBAL_OFFSET_TABLE_";
/// Never undefined, but checked by the kernel before all others: the layout of a module itself.
constexpr std::string_view layout_symbol = "module_layout";

/// One entry of `__versions`: a CRC in a long, then the name, padded with zero bytes.
constexpr std::size_t version_entry = 64;
constexpr std::size_t version_name = 8;

Symbols read_versions(View section) {
    Symbols versions;
    for (std::size_t offset = 0; const auto entry = elf::slice(section, offset, version_entry);
         offset += version_entry) {
        if (const auto name = elf::string_at(*entry, version_name); !name.empty()) {
            versions[std::string(name)].crc = at<std::uint32_t>(*entry, 0);
        }
    }
    return versions;
}

/// Depending on the kernel, a CRC is in the symbol itself or where the symbol points to.
SymbolCrc crc_of(const Elf64_Sym& symbol, const elf::Sections& sections) {
    if (symbol.st_shndx == SHN_ABS) {
        return static_cast<std::uint32_t>(symbol.st_value);
    }
    const auto content = sections.content_of(symbol.st_shndx);
    return content ? at<std::uint32_t>(*content, symbol.st_value) : std::nullopt;
}

void add_needed(
    const Elf64_Sym& symbol, std::string_view name, const Symbols& versions, ModuleImage& image
) {
    if (name.empty() || name == linker_symbol || name.starts_with(crc_prefix)) {
        return;
    }
    Symbol& needed = image.needs[std::string(name)];
    needed.weak = ELF64_ST_BIND(symbol.st_info) == STB_WEAK;
    if (const auto version = versions.find(name); version != versions.end()) {
        needed.crc = version->second.crc;
    }
}

void add_exported(
    const Elf64_Sym& symbol,
    std::string_view name,
    const elf::Sections& sections,
    ModuleImage& image
) {
    if (name.starts_with(crc_prefix)) {
        image.exports[std::string(name.substr(crc_prefix.size()))].crc = crc_of(symbol, sections);
    } else if (name.starts_with(export_prefix)) {
        image.exports[std::string(name.substr(export_prefix.size()))];
    }
}

}  // namespace

void read_symbols(const elf::Sections& sections, ModuleImage& image) {
    const auto section = sections.find("__versions");
    const auto versions = read_versions(section.value_or(View()));
    if (const auto layout = versions.find(layout_symbol); layout != versions.end()) {
        image.needs[layout->first] = layout->second;
    }
    const auto header = sections.first_of(SHT_SYMTAB);
    const auto table = header ? sections.content(*header) : std::nullopt;
    const auto names = header ? sections.content_of(header->sh_link) : std::nullopt;
    if (!table || !names) {
        return;
    }
    for (std::uint64_t offset = 0; const auto symbol = at<Elf64_Sym>(*table, offset);
         offset += sizeof(Elf64_Sym)) {
        const auto name = elf::string_at(*names, symbol->st_name);
        if (symbol->st_shndx == SHN_UNDEF) {
            add_needed(*symbol, name, versions, image);
        } else {
            add_exported(*symbol, name, sections, image);
        }
    }
}

}  // namespace onload_node
