// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/module_calls.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

TEST(ModuleParameters, AreJoinedByBlanks) {
    EXPECT_EQ(kernel_parameters({}).value(), "");
    EXPECT_EQ(kernel_parameters({{"a", "1"}, {"b", "x,y"}, {"c", ""}}).value(), "a=1 b=x,y c=");
}

TEST(ModuleParameters, QuoteValuesWithBlanks) {
    EXPECT_EQ(
        kernel_parameters({{"a", "two words"}, {"b", "\t"}}).value(), "a=\"two words\" b=\"\t\""
    );
}

TEST(ModuleParameters, RefuseWhatTheKernelCannotBeGiven) {
    const ModuleParameters impossible[] = {
        {{"a", "say \"x\""}},
        {{"", "1"}},
        {{"a b", "1"}},
        {{"a=b", "1"}},
        {{"a", std::string("x\0y", 3)}}};
    for (const auto& parameters : impossible) {
        const auto text = kernel_parameters(parameters);
        ASSERT_FALSE(text) << *text;
        EXPECT_EQ(text.error().code, ErrorCode::config);
    }
}

}  // namespace
}  // namespace onload_node
