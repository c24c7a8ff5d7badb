// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/children.hpp"
#include "unit/system/processes/patience.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {
namespace {

using End = ChildOutcome::End;

constexpr Milliseconds long_enough = fixture::patience;

TEST(Children, AnswerInTheOrderOfTheWork) {
    const auto outcomes = run_in_children(
        2,
        [](std::size_t index, int) {
            std::this_thread::sleep_for(Milliseconds(index == 0 ? 100 : 0));
            return static_cast<int>(index) + 1;
        },
        long_enough
    );
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(outcomes[0].end, End::returned);
    EXPECT_EQ(outcomes[0].value, 1);
    EXPECT_EQ(outcomes[1].value, 2);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

TEST(Children, OneThatHangsDoesNotKeepTheOthers) {
    std::vector<ChildOutcome> outcomes;
    fixture::with_growing_limit([&](Milliseconds limit) {
        outcomes = run_in_children(
            2,
            [](std::size_t index, int) {
                ::sleep(index == 0 ? 60 : 0);
                return 7;
            },
            limit
        );
        return outcomes[1].end == End::returned;
    });
    EXPECT_EQ(outcomes[0].end, End::hung);
    EXPECT_EQ(outcomes[1].end, End::returned);
    EXPECT_EQ(outcomes[1].value, 7);
    // It is left to itself, and ends with this process.
}

/// While it is set, a parent goes on after a fork only when its child has ended.
bool parent_is_late = false;

void wait_for_the_end() {
    siginfo_t ended{};
    while (parent_is_late && ::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) != 0) {}
}

TEST(Children, OneThatEndedWhileWeGotNoTimeIsHeard) {
    ASSERT_EQ(::pthread_atfork(nullptr, wait_for_the_end, nullptr), 0);
    parent_is_late = true;
    const auto work = [](int out) { return ::write(out, "done", 4) == 4 ? 7 : 0; };
    const auto outcome = run_in_child(work, Milliseconds(0));
    parent_is_late = false;
    EXPECT_EQ(outcome.end, End::returned);
    EXPECT_EQ(outcome.value, 7);
    EXPECT_EQ(outcome.bytes, "done");
}

TEST(Children, OneThatIsKilledHasNoAnswer) {
    EXPECT_EQ(run_in_child([](int) { return ::raise(SIGKILL); }, long_enough).end, End::died);
}

TEST(Children, NothingToDoIsDoneAtOnce) {
    EXPECT_TRUE(run_in_children(0, nullptr, long_enough).empty());
}

TEST(Children, WhatOneWritesComesBackAsFarAsItCame) {
    const auto all =
        run_in_child([](int out) { return ::write(out, "all", 3) == 3 ? 5 : 0; }, long_enough);
    EXPECT_EQ(all.end, End::returned);
    EXPECT_EQ(all.value, 5);
    EXPECT_EQ(all.bytes, "all");
    ChildOutcome some;
    fixture::with_growing_limit([&](Milliseconds limit) {
        some = run_in_child(
            [](int out) {
                static_cast<void>(!::write(out, "some", 4));
                ::sleep(60);
                return 0;
            },
            limit
        );
        return !some.bytes.empty();
    });
    EXPECT_EQ(some.end, End::hung);
    EXPECT_EQ(some.bytes, "some");
}

TEST(Children, OneThatHangsHoldsNothingOfOurs) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(static_cast<int*>(ends)), 0);
    static_cast<void>(
        run_in_child([](int) { return static_cast<int>(::sleep(60)); }, Milliseconds(300))
    );
    ::close(ends[1]);
    pollfd end{ends[0], POLLIN, 0};
    ASSERT_EQ(::poll(&end, 1, static_cast<int>(long_enough.count())), 1)
        << "with the writing end it would have our lock, too";
    EXPECT_EQ(end.revents & POLLHUP, POLLHUP);
    ::close(ends[0]);
}

}  // namespace
}  // namespace onload_node
