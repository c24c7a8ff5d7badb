// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"

#include "base/text.hpp"
#include "core/formats/elf_sections.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <elf.h>

namespace onload_node {

namespace {

using elf::at;
using elf::slice;
using elf::View;

tl::unexpected<Error> no_module(const std::string& why) {
    return failure(ErrorCode::mismatch, "not a kernel module: " + why);
}

std::string why_not_relocatable(const Elf64_Ehdr& header) {
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return "no ELF file (compressed in a way that is not known here, or damaged)";
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return "an ELF file, but not a 64-bit little-endian one";
    }
    if (header.e_type != ET_REL) {
        return "an ELF file, but not a relocatable one";
    }
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0) {
        return "the ELF file has no usable section table";
    }
    return {};
}

std::vector<std::string> split_at_commas(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (const auto part = list.substr(0, comma); !part.empty()) {
            parts.emplace_back(part);
        }
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return parts;
}

/// The kernel takes the first of several entries with one key, and so do we.
void set_once(std::string& field, std::string_view value) {
    if (field.empty()) {
        field = value;
    }
}

void add_modinfo(ModuleImage& image, std::string_view key, std::string_view value) {
    if (key == "name") {
        set_once(image.name, value);
    } else if (key == "version") {
        set_once(image.version, value);
    } else if (key == "vermagic") {
        set_once(image.vermagic, value);
    } else if (key == "depends" && image.depends.empty()) {
        image.depends = split_at_commas(value);
    } else if (key == "parmtype") {
        // "NAME:TYPE"
        image.parameters.emplace_back(value.substr(0, value.find(':')));
    } else if (key == "alias" && value.substr(0, 4) == "pci:") {
        image.aliases.emplace_back(value);
    }
}

/// .modinfo is a row of "key=value" strings, each ended by one or more zero bytes.
void read_modinfo(ModuleImage& image, View section) {
    std::string_view rest = elf::as_text(section);
    while (!rest.empty()) {
        const auto end = rest.find('\0');
        const auto entry = rest.substr(0, end);
        if (const auto equals = entry.find('='); equals != std::string_view::npos) {
            add_modinfo(image, entry.substr(0, equals), entry.substr(equals + 1));
        }
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
}

constexpr Elf64_Word property_note = 5;                  // NT_GNU_PROPERTY_TYPE_0
constexpr std::uint32_t x86_feature_1_and = 0xc0000002;  // GNU_PROPERTY_X86_FEATURE_1_AND
constexpr std::uint32_t branch_tracking_bit = 1;         // GNU_PROPERTY_X86_FEATURE_1_IBT

std::uint64_t padded(std::uint64_t size, std::uint64_t alignment) {
    return (size + alignment - 1) & ~(alignment - 1);
}

/// The description of GNU's note of this type; nothing when there is none.
std::optional<View> gnu_note(View notes, Elf64_Word type) {
    constexpr std::string_view gnu("GNU\0", 4);
    // Names and descriptions of notes are padded to four bytes.
    constexpr std::uint64_t alignment = 4;
    std::uint64_t offset = 0;
    // The loop ends: every round moves on by at least the header.
    while (const auto note = at<Elf64_Nhdr>(notes, offset)) {
        offset += sizeof(Elf64_Nhdr);
        const auto owner = slice(notes, offset, note->n_namesz);
        offset += padded(note->n_namesz, alignment);
        const auto description = slice(notes, offset, note->n_descsz);
        offset += padded(note->n_descsz, alignment);
        if (!owner || !description) {
            break;
        }
        if (note->n_type == type && elf::as_text(*owner) == gnu) {
            return description;
        }
    }
    return std::nullopt;
}

struct Property {
    std::uint32_t type;
    std::uint32_t size;
};

}  // namespace

std::string build_id_from_notes(View notes) {
    const auto note = gnu_note(notes, NT_GNU_BUILD_ID);
    return note ? hexadecimal(*note) : std::string();
}

bool branch_targets_from_notes(View notes) {
    const auto properties = gnu_note(notes, property_note).value_or(View());
    std::uint64_t offset = 0;
    while (const auto property = at<Property>(properties, offset)) {
        offset += sizeof(Property);
        const auto bits = at<std::uint32_t>(properties, offset);
        if (property->type == x86_feature_1_and && property->size >= sizeof(*bits) && bits) {
            return (*bits & branch_tracking_bit) != 0;
        }
        offset += padded(property->size, sizeof(std::uint64_t));
    }
    return false;
}

Result<ModuleImage> read_module_image(View bytes) {
    const auto header = at<Elf64_Ehdr>(bytes, 0);
    if (!header) {
        return no_module(compose("only {} bytes", std::to_string(bytes.size())));
    }
    if (const auto why = why_not_relocatable(*header); !why.empty()) {
        return no_module(why);
    }
    const auto sections = elf::Sections::read(bytes, *header);
    if (!sections) {
        return no_module(sections.error().message);
    }
    const auto modinfo = sections->find(".modinfo");
    if (!modinfo) {
        return no_module("the ELF file has no .modinfo section");
    }
    ModuleImage image;
    image.machine = header->e_machine;
    read_modinfo(image, *modinfo);
    if (const auto notes = sections->find(".note.gnu.build-id")) {
        image.build_id = build_id_from_notes(*notes);
    }
    if (const auto notes = sections->find(".note.gnu.property")) {
        image.branch_targets = branch_targets_from_notes(*notes);
    }
    read_symbols(*sections, image);
    return image;
}

std::string processor_name(std::uint16_t machine) {
    // Those that RHEL is built for, and the next one.
    constexpr std::pair<std::uint16_t, std::string_view> known[] = {
        {EM_PPC64, "64-bit PowerPC"},
        {EM_S390, "s390x"},
        {EM_X86_64, "x86-64"},
        {EM_AARCH64, "AArch64"},
        {EM_RISCV, "RISC-V"}};
    auto number = compose("ELF machine {}", std::to_string(machine));
    for (const auto& [value, name] : known) {
        if (value == machine) {
            return compose("{} ({})", name, number);
        }
    }
    return number;
}

}  // namespace onload_node
