// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"
#include "unit/core/formats/module_image_fixture.hpp"

#include <functional>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::Bytes;
using fixture::ModuleImageFixture;
using fixture::ModuleImageLayout;
using Strings = std::vector<std::string>;

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

/// The image with its ELF header changed.
Bytes with_header(const std::function<void(Elf64_Ehdr&)>& change) {
    Bytes image = ModuleImageFixture{}.build();
    Elf64_Ehdr header;
    std::memcpy(&header, image.data(), sizeof(header));
    change(header);
    std::memcpy(image.data(), &header, sizeof(header));
    return image;
}

/// The image with one entry of its section table changed: 1 .modinfo, 2 the build-id, 3 the names.
Bytes with_section(std::size_t index, const std::function<void(Elf64_Shdr&)>& change) {
    ModuleImageLayout layout;
    Bytes image = ModuleImageFixture{}.build(&layout);
    std::byte* const place = image.data() + layout.sections + index * sizeof(Elf64_Shdr);
    Elf64_Shdr section;
    std::memcpy(&section, place, sizeof(section));
    change(section);
    std::memcpy(place, &section, sizeof(section));
    return image;
}

std::string refusal(const Bytes& image) {
    const auto read = read_module_image(image);
    if (read) {
        return "accepted";
    }
    EXPECT_EQ(read.error().code, ErrorCode::mismatch);
    return read.error().message;
}

TEST(ModuleImage, TellsWhatTheModuleSaysOfItself) {
    const auto image = read_module_image(ModuleImageFixture{}.build());
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->machine, EM_X86_64);
    EXPECT_EQ(image->name, "sfc");
    EXPECT_EQ(image->version, "5.3.16");
    EXPECT_EQ(image->vermagic, "5.14.0-427.el9.x86_64 SMP mod_unload");
    EXPECT_EQ(image->build_id, "0123abff");
    EXPECT_EQ(image->depends, (Strings{"mtd", "mdio"}));
    EXPECT_EQ(image->parameters, (Strings{"performance_profile", "rss_cpus"}));
}

TEST(ProcessorName, IsInWords) {
    EXPECT_EQ(processor_name(62), "x86-64 (ELF machine 62)");
    EXPECT_EQ(processor_name(183), "AArch64 (ELF machine 183)");
    EXPECT_EQ(processor_name(9999), "ELF machine 9999");
}

TEST(ModuleImage, TakesTheFirstOfTwoEntriesAsTheKernelDoes) {
    const auto image =
        read_module_image(ModuleImageFixture{{"version=1", "version=2", "name=a"}}.build());
    ASSERT_TRUE(image);
    EXPECT_EQ(image->version, "1");
}

TEST(ModuleImage, HasNoDependenciesWhenTheListIsEmpty) {
    const auto image = read_module_image(ModuleImageFixture{{"depends=", "name=a"}}.build());
    ASSERT_TRUE(image);
    EXPECT_TRUE(image->depends.empty());
}

TEST(ModuleImage, HasNoBuildIdWithoutTheNote) {
    ModuleImageFixture fixture;
    fixture.build_id.clear();
    const auto image = read_module_image(fixture.build());
    ASSERT_TRUE(image);
    EXPECT_EQ(image->build_id, "");
}

TEST(ModuleImage, SkipsOtherNotes) {
    Bytes notes;
    const Elf64_Nhdr other{6, 3, 99};
    fixture::append(notes, &other, sizeof(other));
    fixture::append(
        notes,
        "Linux\0\0\0"
        "abc\0",
        12
    );
    const Elf64_Nhdr build_id{4, 2, NT_GNU_BUILD_ID};
    fixture::append(notes, &build_id, sizeof(build_id));
    fixture::append(
        notes,
        "GNU\0"
        "\xbe\xef",
        6
    );
    EXPECT_EQ(build_id_from_notes(notes), "beef");
}

TEST(ModuleImage, RefusesWhatIsNoModule) {
    EXPECT_NE(refusal({}).find("only 0 bytes"), std::string::npos);
    EXPECT_NE(refusal(Bytes(100)).find("no ELF file"), std::string::npos);
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_type = ET_EXEC; })).find("relocatable"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; })).find("64-bit"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_shnum = 0; })).find("section table"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_section(1, [](auto& s) { s.sh_name = 0; })).find("no .modinfo section"),
        std::string::npos
    );
}

TEST(ModuleImage, RefusesOffsetsBeyondTheEnd) {
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_shoff = huge; })).find("cut off"), std::string::npos
    );
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_shoff = huge - 10; })).find("cut off"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_shnum = 0xFFFF; })).find("cut off"), std::string::npos
    );
    EXPECT_NE(
        refusal(with_header([](auto& h) { h.e_shstrndx = 0xFFFF; })).find("cut off"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_section(3, [](auto& s) { s.sh_offset = huge; })).find("cut off"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_section(1, [](auto& s) { s.sh_size = huge; })).find(".modinfo"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_section(1, [](auto& s) { s.sh_name = 0xFFFFFFFF; })).find(".modinfo"),
        std::string::npos
    );
    EXPECT_NE(
        refusal(with_section(1, [](auto& s) { s.sh_type = SHT_NOBITS; })).find(".modinfo"),
        std::string::npos
    );
}

TEST(ModuleImage, RefusesEveryTruncation) {
    const Bytes whole = ModuleImageFixture{}.build();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of its own size, so that the sanitizer sees a read beyond the end.
        EXPECT_FALSE(read_module_image(
            Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))
        ));
    }
}

TEST(ModuleImage, SurvivesDamageInAnyPlace) {
    const Bytes whole = ModuleImageFixture{}.build();
    std::size_t accepted = 0;
    for (std::size_t place = 0; place < whole.size(); ++place) {
        for (const unsigned bits : {0xFFU, 0x80U, 0x01U}) {
            Bytes damaged = whole;
            damaged[place] ^= std::byte(bits);
            accepted += read_module_image(damaged) ? 1U : 0U;
        }
    }
    // Most places are text, whose damage only the digest can show.
    EXPECT_GT(accepted, 0U);
    EXPECT_LT(accepted, whole.size() * 3);
}

TEST(ModuleImage, SurvivesRandomNotes) {
    std::mt19937 random(1);
    for (int round = 0; round < 20000; ++round) {
        Bytes notes(random() % 64);
        for (auto& byte : notes) {
            byte = std::byte(random() % 8 == 0 ? 0xFFU : random() % 5);
        }
        // Two digits a byte, and never more than there is.
        EXPECT_LE(build_id_from_notes(notes).size(), 2 * notes.size());
    }
}

/// `.note.gnu.property` with one property of this type and these bits.
Bytes property_note(std::uint32_t type, std::uint32_t bits) {
    Bytes notes;
    const std::uint32_t words[] = {4, 16, 5};
    fixture::append(notes, words, sizeof(words));
    fixture::append(notes, "GNU", 4);
    const std::uint32_t property[] = {type, 4, bits, 0};
    fixture::append(notes, property, sizeof(property));
    return notes;
}

TEST(ModuleImage, KnowsWhatIsBuiltForBranchTracking) {
    // As in the sfc.ko of Debian's Linux 6.12.
    const Bytes notes = property_note(0xc0000002, 1);
    EXPECT_TRUE(branch_targets_from_notes(notes));
    EXPECT_TRUE(branch_targets_from_notes(property_note(0xc0000002, 3)));
    EXPECT_FALSE(branch_targets_from_notes(property_note(0xc0000002, 2)));
    EXPECT_FALSE(branch_targets_from_notes(property_note(0xc0008002, 1)));
    for (std::size_t size = 0; size < 28; ++size) {
        EXPECT_FALSE(branch_targets_from_notes(std::span(notes).first(size))) << size;
    }
}

TEST(ModuleImage, HasNoBuildIdWhenTheNoteIsCutOff) {
    Bytes notes;
    const Elf64_Nhdr header{4, 0xFFFFFFFF, NT_GNU_BUILD_ID};
    fixture::append(notes, &header, sizeof(header));
    fixture::append(notes, "GNU\0ab", 6);
    EXPECT_EQ(build_id_from_notes(notes), "");
}

}  // namespace
}  // namespace onload_node
