// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"
#include "unit/core/formats/module_image_fixture.hpp"

#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::Bytes;
using fixture::ExportFixture;
using fixture::ModuleImageFixture;

ModuleImageFixture with_symbols() {
    ModuleImageFixture fixture;
    fixture.versions = {{"printk", 0x11}, {"module_layout", 0x22}, {"left_over", 0x33}};
    fixture.undefined = {"printk", "not_versioned", "_GLOBAL_OFFSET_TABLE_"};
    fixture.weak = {"perhaps"};
    fixture.exports = {
        {"efx_a", ExportFixture::Crc::in_section, 0xaaaa},
        {"efx_b", ExportFixture::Crc::in_section, 0xbbbb},
        {"efx_c", ExportFixture::Crc::absolute, 0xcccc},
        {"efx_d", ExportFixture::Crc::none, 0},
    };
    return fixture;
}

TEST(ModuleSymbols, AreTheUndefinedOnesWithTheirVersions) {
    const auto image = read_module_image(with_symbols().build());
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(
        image->needs,
        (Symbols{
            {"printk", {0x11, false, ""}},
            {"module_layout", {0x22, false, ""}},
            {"not_versioned", {std::nullopt, false, ""}},
            {"perhaps", {std::nullopt, true, ""}}})
    );
}

TEST(ModuleSymbols, AreTheExportedOnesWhereverTheirCrcsLie) {
    const auto image = read_module_image(with_symbols().build());
    ASSERT_TRUE(image);
    EXPECT_EQ(
        image->exports,
        (Symbols{
            {"efx_a", {0xaaaa, false, ""}},
            {"efx_b", {0xbbbb, false, ""}},
            {"efx_c", {0xcccc, false, ""}},
            {"efx_d", {std::nullopt, false, ""}}})
    );
}

TEST(ModuleSymbols, SurviveAnyDamage) {
    const Bytes image = with_symbols().build();
    std::mt19937 random(4711);
    for (int round = 0; round < 20'000; ++round) {
        Bytes damaged = image;
        for (int change = 0; change < 4; ++change) {
            damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        }
        damaged.resize(damaged.size() - random() % 64);
        static_cast<void>(read_module_image(damaged));
    }
}

}  // namespace
}  // namespace onload_node
