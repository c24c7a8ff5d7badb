// SPDX-License-Identifier: BSD-2-Clause
// `onload-node reasons` as a program.
#include "core/model/exit_status.hpp"
#include "core/model/reasons.hpp"
#include "unit/app/inspect/run_program.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::run_program;

TEST(ReasonsCommand, ExplainsEachReason) {
    const auto ended = run_program("reasons");
    EXPECT_EQ(ended.status, exit_status::ok);
    for (const auto& facts : all_reasons()) {
        EXPECT_NE(
            ended.text.find(std::string(facts.word) + "\n    " + std::string(facts.meaning)),
            std::string::npos
        ) << facts.word;
        EXPECT_NE(ended.text.find("do:      " + std::string(facts.advice)), std::string::npos);
    }
}

TEST(ReasonsCommand, ExplainsOneWithEachPlaceOnALineOfItsOwn) {
    const auto ended = run_program("reasons signature");
    EXPECT_EQ(ended.status, exit_status::ok);
    EXPECT_TRUE(ended.text.starts_with("signature\n    The kernel demands")) << ended.text;
    EXPECT_NE(
        ended.text.find("    look at: onload-node verify\n             /proc/keys\n"),
        std::string::npos
    ) << ended.text;
    EXPECT_EQ(ended.text.find("symbols\n"), std::string::npos) << ended.text;
}

TEST(ReasonsCommand, HasAllOfItAsJson) {
    const auto ended = run_program("reasons --json guard");
    EXPECT_EQ(ended.status, exit_status::ok);
    for (const std::string word :
         {"\"schema\" : 1", "\"code\" : \"guard\"", "\"message_id\"", "\"where_to_look\" : ["}) {
        EXPECT_NE(ended.text.find(word), std::string::npos) << word << " in " << ended.text;
    }
    const auto all = run_program("reasons --json").text;
    std::size_t codes = 0;
    for (auto at = all.find("\"code\""); at != std::string::npos;
         at = all.find("\"code\"", at + 1)) {
        ++codes;
    }
    EXPECT_EQ(codes, reason_count);
}

TEST(ReasonsCommand, RefusesWhatIsNoReason) {
    const auto ended = run_program("reasons guards");
    EXPECT_EQ(ended.status, exit_status::usage);
    EXPECT_NE(ended.text.find("there is no reason \"guards\""), std::string::npos) << ended.text;
    EXPECT_EQ(run_program("reasons guard pins").status, exit_status::usage);
}

}  // namespace
}  // namespace onload_node
