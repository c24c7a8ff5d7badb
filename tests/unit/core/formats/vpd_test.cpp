// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/vpd.hpp"

#include <gtest/gtest.h>

namespace onload_node::vpd_test {
namespace {

std::string resource(char tag, const std::string& content) {
    return std::string{tag, static_cast<char>(content.size()), '\0'} + content;
}

std::string keyword(const std::string& name, const std::string& value) {
    return name + static_cast<char>(value.size()) + value;
}

const std::string card =
    resource('\x82', "Solarflare SFN8522") +
    resource(
        '\x90',
        keyword("PN", "SFN8522   ") + keyword("EC", "1") +
            keyword("SN", std::string("852200123\0\0", 11)) + keyword("RV", "x")
    ) +
    "\x78";

TEST(Vpd, TellsPartAndSerialNumber) {
    EXPECT_EQ(parse_vpd(card).part, "SFN8522");
    EXPECT_EQ(parse_vpd(card).serial, "852200123");
}

TEST(Vpd, WhatIsCutOffOrNoneGivesWhatThereIs) {
    for (std::size_t size = 0; size < card.size(); ++size) {
        const auto vpd = parse_vpd(card.substr(0, size));
        EXPECT_EQ(std::string("SFN8522").substr(0, vpd.part.size()), vpd.part) << size;
    }
    EXPECT_EQ(parse_vpd(std::string(64, '\xff')).part, "");
    EXPECT_EQ(parse_vpd(std::string(64, '\0')).serial, "");
}

TEST(Vpd, NothingBehindTheEndAndNothingThatATerminalWouldObey) {
    EXPECT_EQ(parse_vpd("\x78" + card).part, "");
    EXPECT_EQ(parse_vpd(resource('\x91', keyword("PN", "written"))).part, "");
    EXPECT_EQ(parse_vpd(resource('\x90', keyword("PN", "a\033[31mb"))).part, "a[31mb");
}

}  // namespace
}  // namespace onload_node::vpd_test
