// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <elf.h>

namespace onload_node::fixture {

using Bytes = std::vector<std::byte>;

inline void append(Bytes& bytes, const void* data, std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + size);
}

/// Where the parts of a ModuleImageFixture lie in its bytes, for tests that damage them.
struct ModuleImageLayout {
    std::size_t modinfo = 0;
    std::size_t notes = 0;
    std::size_t names = 0;
    std::size_t sections = 0;
};

/// A symbol that a made-up module exports, with its CRC in the way of one kernel or the other.
struct ExportFixture {
    enum class Crc { none, absolute, in_section };
    std::string name;
    Crc kind = Crc::in_section;
    std::uint32_t crc = 0;
};

/// A made-up kernel module: an ELF relocatable with the sections that onload-node reads and no
/// code.
struct ModuleImageFixture {
    std::vector<std::string> modinfo = {
        "version=5.3.16",
        "depends=mtd,mdio",
        "parmtype=performance_profile:charp",
        "parm=performance_profile:text",
        "parmtype=rss_cpus:uint",
        "name=sfc",
        "vermagic=5.14.0-427.el9.x86_64 SMP mod_unload",
        "alias=pci:v00001924d00000A03sv*sd*bc*sc*i*",
    };
    std::vector<std::uint8_t> build_id = {0x01, 0x23, 0xab, 0xff};
    Elf64_Half machine = EM_X86_64;
    std::vector<std::pair<std::string, std::uint32_t>> versions = {};  ///< of __versions
    std::vector<std::string> undefined = {};
    std::vector<std::string> weak = {};
    std::vector<ExportFixture> exports = {};

    [[nodiscard]] Bytes build(ModuleImageLayout* layout = nullptr) const {
        constexpr char names[] =
            "\0.modinfo\0.note.gnu.build-id\0.shstrtab\0__versions\0.symtab\0.strtab\0__kcrctab";
        const Bytes info = modinfo_section();
        const Bytes notes = note_section();
        Bytes image(sizeof(Elf64_Ehdr));
        std::vector<Elf64_Shdr> sections(4);
        sections[1] = section(1, SHT_PROGBITS, image, info);
        sections[2] = section(10, SHT_NOTE, image, notes);
        const std::size_t names_at = image.size();
        Bytes name_bytes;
        append(name_bytes, names, sizeof(names));
        sections[3] = section(29, SHT_STRTAB, image, name_bytes);
        append_symbols(image, sections);
        const ModuleImageLayout at{
            static_cast<std::size_t>(sections[1].sh_offset),
            static_cast<std::size_t>(sections[2].sh_offset),
            names_at,
            image.size()};
        append(image, sections.data(), sections.size() * sizeof(Elf64_Shdr));
        const Elf64_Ehdr header = elf_header(at.sections, sections.size());
        std::memcpy(image.data(), &header, sizeof(header));
        if (layout != nullptr) {
            *layout = at;
        }
        return image;
    }

private:
    /// Sections 4 to 7: __versions, .symtab, .strtab, __kcrctab; none for a module without symbols.
    void append_symbols(Bytes& image, std::vector<Elf64_Shdr>& sections) const {
        if (versions.empty() && undefined.empty() && weak.empty() && exports.empty()) {
            return;
        }
        Bytes version_bytes;
        for (const auto& [name, crc] : versions) {
            char entry[64] = {};
            std::memcpy(entry, &crc, sizeof(crc));
            name.copy(entry + 8, 55);
            append(version_bytes, entry, sizeof(entry));
        }
        Bytes symbols(sizeof(Elf64_Sym));
        Bytes strings(1);
        Bytes crcs;
        const auto add =
            [&](const std::string& name, unsigned char binding, Elf64_Half section, Elf64_Addr value
            ) {
                Elf64_Sym symbol{};
                symbol.st_name = static_cast<Elf64_Word>(strings.size());
                symbol.st_info = static_cast<unsigned char>(binding << 4U);
                symbol.st_shndx = section;
                symbol.st_value = value;
                append(symbols, &symbol, sizeof(symbol));
                append(strings, name.c_str(), name.size() + 1);
            };
        for (const auto& name : undefined) {
            add(name, STB_GLOBAL, SHN_UNDEF, 0);
        }
        for (const auto& name : weak) {
            add(name, STB_WEAK, SHN_UNDEF, 0);
        }
        for (const auto& exported : exports) {
            add("__ksymtab_" + exported.name, STB_LOCAL, 1, 0);
            if (exported.kind == ExportFixture::Crc::absolute) {
                add("__crc_" + exported.name, STB_GLOBAL, SHN_ABS, exported.crc);
            } else if (exported.kind == ExportFixture::Crc::in_section) {
                add("__crc_" + exported.name, STB_LOCAL, 7, crcs.size());
                append(crcs, &exported.crc, sizeof(exported.crc));
            }
        }
        sections.push_back(section(39, SHT_PROGBITS, image, version_bytes));
        sections.push_back(section(50, SHT_SYMTAB, image, symbols));
        sections.back().sh_link = 6;
        sections.push_back(section(58, SHT_STRTAB, image, strings));
        sections.push_back(section(66, SHT_PROGBITS, image, crcs));
    }

    [[nodiscard]] Bytes modinfo_section() const {
        Bytes info;
        for (const auto& entry : modinfo) {
            append(info, entry.c_str(), entry.size() + 1);
        }
        return info;
    }

    [[nodiscard]] Bytes note_section() const {
        Bytes notes;
        if (!build_id.empty()) {
            const Elf64_Nhdr header{4, static_cast<Elf64_Word>(build_id.size()), NT_GNU_BUILD_ID};
            append(notes, &header, sizeof(header));
            append(notes, "GNU", 4);
            append(notes, build_id.data(), build_id.size());
        }
        return notes;
    }

    static Elf64_Shdr
    section(Elf64_Word name, Elf64_Word type, Bytes& image, const Bytes& content) {
        Elf64_Shdr header{};
        header.sh_name = name;
        header.sh_type = type;
        header.sh_offset = image.size();
        header.sh_size = content.size();
        image.insert(image.end(), content.begin(), content.end());
        return header;
    }

    [[nodiscard]] Elf64_Ehdr elf_header(std::size_t sections, std::size_t count) const {
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_REL;
        header.e_machine = machine;
        header.e_version = EV_CURRENT;
        header.e_ehsize = sizeof(Elf64_Ehdr);
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shoff = sections;
        header.e_shnum = static_cast<Elf64_Half>(count);
        header.e_shstrndx = 3;
        return header;
    }
};

}  // namespace onload_node::fixture
