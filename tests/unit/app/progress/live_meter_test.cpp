// SPDX-License-Identifier: BSD-2-Clause
// What a stage that takes its time shows, on a terminal and elsewhere. Its source is a pipe, which
// gives nothing until the test has seen enough.
#include "base/handle.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {
namespace {

constexpr const char* erase = "\r\033[K";
constexpr std::string_view kernel = "5.14.0-1";

std::size_t times(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

/// A stage from a pipe, on a terminal of its own.
class SlowStage {
public:
    /// `columns` 0: standard error is a pipe that nobody reads.
    SlowStage(const char* terminal, unsigned short columns) {
        const auto source = folder_.path("/modules.tar");
        EXPECT_EQ(::mkfifo(source.c_str(), 0600), 0);
        source_ = UniqueFd(::open(source.c_str(), O_RDWR | O_CLOEXEC));

        struct winsize size {
            25, columns, 0, 0
        };

        int master = -1;
        pid_ = ::forkpty(&master, nullptr, nullptr, &size);
        if (pid_ == 0) {
            become(source, terminal, columns == 0);
        }
        terminal_ = UniqueFd(master);
    }

    SlowStage(const SlowStage&) = delete;
    SlowStage& operator=(const SlowStage&) = delete;
    SlowStage(SlowStage&&) = delete;
    SlowStage& operator=(SlowStage&&) = delete;

    ~SlowStage() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }

    /// Reads until `part` was there `count` times.
    bool shows(std::string_view part, std::size_t count) {
        const auto end = std::chrono::steady_clock::now() + fixture::patience;
        while (times(text_, part) < count && std::chrono::steady_clock::now() < end && read()) {}
        return times(text_, part) >= count;
    }

    /// Gives it a set of modules, and waits for its end. Returns its exit status.
    int finish() {
        const std::string tree = "opt/lib/modules/" + std::string(kernel);
        const auto tar = fixture::TarWriter()
                             .file(tree + "/extra/sfc.ko", "sfc")
                             .file(tree + "/modules.dep", "extra/sfc.ko:\n")
                             .file(tree + "/modules.dep.bin", "")
                             .bytes();
        EXPECT_EQ(::write(source_.get(), tar.data(), tar.size()), static_cast<ssize_t>(tar.size()));
        source_ = UniqueFd();
        while (read()) {}
        int status = -1;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    [[noreturn]] void become(const std::string& source, const char* terminal, bool unread) {
        ::setenv("TERM", terminal, 1);
        int ends[2];
        if (unread && ::pipe(static_cast<int*>(ends)) == 0) {
            ::close(ends[0]);
            ::dup2(ends[1], STDERR_FILENO);
        }
        const char* const program = std::getenv("ONLOAD_NODE");
        ::execl(
            program, program, "stage", source.c_str(), "--root", folder_.path("").c_str(), nullptr
        );
        ::_exit(127);
    }

    /// Some of what it writes; false at its end, which a terminal tells as an error.
    bool read() {
        pollfd ready{terminal_.get(), POLLIN, 0};
        if (::poll(&ready, 1, 1000) == 0) {
            return true;
        }
        std::array<char, 4096> piece{};
        const auto count = ::read(terminal_.get(), piece.data(), piece.size());
        text_.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return count > 0;
    }

    fixture::TemporaryDirectory folder_;
    UniqueFd source_;
    UniqueFd terminal_;
    pid_t pid_ = -1;
    std::string text_;
};

TEST(LiveMeter, WritesOneLineOverAndTakesItAway) {
    SlowStage stage("xterm", 40);
    // A second and two more: the line has changed twice.
    ASSERT_TRUE(stage.shows(erase + std::string("reading "), 3)) << stage.text();
    EXPECT_EQ(stage.text().find('\n'), std::string::npos) << stage.text();
    std::string_view rest = stage.text();
    for (auto at = rest.find(erase); at != std::string_view::npos; at = rest.find(erase)) {
        EXPECT_LT(at, 40U) << stage.text();
        rest.remove_prefix(at + std::string_view(erase).size());
    }
    EXPECT_EQ(stage.finish(), 0) << stage.text();
    const auto last = stage.text().rfind(erase);
    EXPECT_TRUE(stage.text().substr(last + std::string_view(erase).size()).starts_with("kernel "))
        << stage.text();
    EXPECT_EQ(stage.text().find(" s\r\n"), std::string::npos) << stage.text();
}

TEST(LiveMeter, WritesALineEachTenSecondsElsewhereAndNeedsNoReader) {
    SlowStage unread("xterm", 0);
    SlowStage stage("dumb", 80);
    ASSERT_TRUE(stage.shows(" s\r\n", 1)) << stage.text();
    EXPECT_TRUE(stage.text().starts_with("reading ")) << stage.text();
    // How much later than the ten seconds its turn comes is the machine's.
    const auto end = stage.text().find(" s\r\n");
    const auto begin = stage.text().rfind(' ', end - 1);
    EXPECT_GE(std::stoi(stage.text().substr(begin + 1, end - begin)), 10) << stage.text();
    EXPECT_EQ(stage.finish(), 0) << stage.text();
    EXPECT_EQ(stage.text().find('\033'), std::string::npos) << stage.text();
    EXPECT_EQ(unread.finish(), 0) << unread.text();
    EXPECT_NE(unread.text().find("staged: modules"), std::string::npos) << unread.text();
}

}  // namespace
}  // namespace onload_node
