// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/children.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {
namespace {

using End = ChildOutcome::End;

constexpr Milliseconds long_enough(20000);

TEST(Children, AnswerInTheOrderOfTheWork) {
    const auto outcomes = run_in_children(
        {[] {
             std::this_thread::sleep_for(Milliseconds(100));
             return 1;
         },
         [] { return 2; }},
        long_enough
    );
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(outcomes[0].end, End::returned);
    EXPECT_EQ(outcomes[0].value, 1);
    EXPECT_EQ(outcomes[1].value, 2);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

TEST(Children, OneThatHangsDoesNotKeepTheOthers) {
    const auto outcomes = run_in_children(
        {[] {
             ::sleep(60);
             return 0;
         },
         [] { return 7; }},
        Milliseconds(300)
    );
    EXPECT_EQ(outcomes[0].end, End::hung);
    EXPECT_EQ(outcomes[1].end, End::returned);
    EXPECT_EQ(outcomes[1].value, 7);
    // It is left to itself, and ends with this process.
}

TEST(Children, OneThatIsKilledHasNoAnswer) {
    const auto outcomes = run_in_children(
        {[] {
            ::raise(SIGKILL);
            return 0;
        }},
        long_enough
    );
    EXPECT_EQ(outcomes[0].end, End::died);
}

TEST(Children, NothingToDoIsDoneAtOnce) {
    EXPECT_TRUE(run_in_children({}, long_enough).empty());
}

}  // namespace
}  // namespace onload_node
