// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/file_bytes.hpp"
#include "system/files/lock.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {
namespace {

using std::chrono::steady_clock;

class LockTest : public testing::Test {
protected:
    fixture::TemporaryDirectory directory_;
    std::string path_ = directory_.path("/run/onload-node/lock");
};

TEST_F(LockTest, IsTakenAndGivenBack) {
    for (int round = 0; round < 2; ++round) {
        const auto lock = Lock::acquire(path_, Milliseconds(0));
        ASSERT_TRUE(lock) << lock.error().message;
        EXPECT_EQ(read_text_file(path_).value(), std::to_string(::getpid()) + "\n");
    }
    EXPECT_EQ(read_text_file(path_).value(), "");
}

TEST_F(LockTest, NobodyElseCanOpenItAndSoHoldIt) {
    const auto mode_of = [&] {
        struct stat status {};

        return ::stat(path_.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
    };
    ASSERT_TRUE(Lock::acquire(path_, Milliseconds(0)));
    EXPECT_EQ(mode_of(), 0600U);
    ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
    ASSERT_TRUE(Lock::acquire(path_, Milliseconds(0)));
    EXPECT_EQ(mode_of(), 0600U) << "an earlier version made it for everybody";
}

TEST_F(LockTest, NamesTheHolderWhenTheLimitHasPassed) {
    const auto holder = Lock::acquire(path_);
    ASSERT_TRUE(holder);
    const auto begin = steady_clock::now();
    const auto second = Lock::acquire(path_, Milliseconds(150));
    const auto waited = steady_clock::now() - begin;
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::busy);
    EXPECT_EQ(second.error().message.find("process " + std::to_string(::getpid()) + " "), 0U)
        << second.error().message;
    EXPECT_GE(waited, Milliseconds(150));
    EXPECT_LT(waited, fixture::patience);
}

TEST_F(LockTest, IsHadAsSoonAsItIsGivenBack) {
    auto holder = std::optional(Lock::acquire(path_).value());
    std::thread release([&] {
        std::this_thread::sleep_for(Milliseconds(100));
        holder.reset();
    });
    const auto begin = steady_clock::now();
    const auto second = Lock::acquire(path_, fixture::patience);
    const auto waited = steady_clock::now() - begin;
    release.join();
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_LT(waited, fixture::patience) << "it has waited the limit out";
    // It is ours, not that of the child which waited for it.
    EXPECT_FALSE(Lock::acquire(path_, Milliseconds(0)));
}

TEST_F(LockTest, EndsWithTheProcessThatHoldsIt) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto held = Lock::acquire(path_);
        static_cast<void>(::write(ends[1], "x", 1) == 1);
        ::pause();
        ::_exit(0);
    }
    char ready = 0;
    ASSERT_EQ(::read(ends[0], &ready, 1), 1);
    EXPECT_FALSE(Lock::acquire(path_, Milliseconds(0)));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    EXPECT_TRUE(Lock::acquire(path_, fixture::patience));
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace onload_node
