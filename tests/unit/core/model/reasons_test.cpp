// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/reasons.hpp"

#include <cctype>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(Reasons, HaveWordsAndIdentifiersOfTheirOwn) {
    std::set<std::string_view> words;
    std::set<std::string_view> identifiers;
    for (const auto& facts : all_reasons()) {
        EXPECT_TRUE(words.insert(facts.word).second) << facts.word;
        EXPECT_TRUE(identifiers.insert(facts.message_id).second) << facts.word;
        EXPECT_EQ(facts.message_id.find_first_not_of("0123456789abcdef"), std::string_view::npos);
        EXPECT_EQ(reason_of(facts.word), &facts);
        EXPECT_EQ(&facts_of(facts.code), &facts);
        EXPECT_EQ(to_string(facts.code), facts.word);
    }
    EXPECT_EQ(reason_of("nonsense"), nullptr);
    EXPECT_EQ(reason_of(""), nullptr);
}

/// The advice follows "; " in sentences of ours, and is a command's line in others.
TEST(Reasons, AreWrittenAlike) {
    for (const auto& facts : all_reasons()) {
        EXPECT_TRUE(facts.meaning.ends_with('.')) << facts.word;
        EXPECT_TRUE(facts.meaning.front() == 'o' || std::isupper(facts.meaning.front()) != 0)
            << facts.word;
        EXPECT_TRUE(std::islower(facts.advice.front())) << facts.word;
        EXPECT_FALSE(facts.advice.ends_with('.')) << facts.word;
        EXPECT_FALSE(facts.where_to_look.ends_with(';')) << facts.word;
        for (const auto text : {facts.meaning, facts.where_to_look, facts.advice}) {
            EXPECT_EQ(text.find("  "), std::string_view::npos) << facts.word;
            EXPECT_EQ(text.find_first_of("\n\"*@{}"), std::string_view::npos) << facts.word;
        }
    }
}

}  // namespace
}  // namespace onload_node
