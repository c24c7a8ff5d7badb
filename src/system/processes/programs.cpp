// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/programs.hpp"

#include "base/handle.hpp"
#include "base/pieces.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/deadline.hpp"
#include "system/processes/end_request.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr std::size_t longest_output = std::size_t{64} * 1024;
constexpr std::size_t longest_complaint = std::size_t{4} * 1024;
constexpr std::size_t pipe_bytes = std::size_t{64} * 1024;
constexpr Milliseconds pause(5);
/// So soon somebody is heard who tells us to end right before a wait begins.
constexpr int one_wait = 500;
constexpr Milliseconds killed_limit(2000);
constexpr int not_started = 127;
constexpr int killed = 128;

/// Runs between fork and exec, so it may only call the kernel.
[[noreturn]] void become(char* const* words, int output, int complaint, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int nothing = ::open(paths::null_device.data(), O_RDONLY | O_CLOEXEC);
    const bool ready = ::getppid() == parent && ::dup2(nothing, STDIN_FILENO) >= 0 &&
                       ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(complaint, STDERR_FILENO) >= 0;
    if (ready) {
        ::execvp(words[0], words);
    }
    ::_exit(not_started);
}

/// Two ends of a pipe; none where there are no descriptors left.
struct Pipe {
    UniqueFd out;
    UniqueFd in;
};

Pipe make_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(static_cast<int*>(ends), O_CLOEXEC) != 0) {
        return {};
    }
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// What a program complains of, read as it comes. It is a pipe: under SELinux many programs may
/// write into one of their caller's, and into no file of it.
class Complaint {
public:
    Complaint() = default;

    explicit Complaint(UniqueFd fd) : fd_(std::move(fd)) {
        ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
    }

    /// For poll(2): -1 after its end.
    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Reads what is there: all that a pipe holds.
    void take() {
        std::array<char, pipe_bytes> buffer;
        const ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
        if (count > 0) {
            text_.append(buffer.data(), static_cast<std::size_t>(count));
            text_.erase(0, text_.size() - std::min(text_.size(), longest_complaint));
        } else if (count == 0) {
            fd_ = UniqueFd();
        }
    }

    /// Its end, without trailing blanks and line breaks. People read it on a terminal, and podman
    /// repeats what a registry answers: other control characters are "?".
    [[nodiscard]] std::string text() const {
        auto text = text_.substr(0, text_.find_last_not_of(" \n\r\t") + 1);
        std::ranges::replace_if(text, is_control, '?');
        return text;
    }

private:
    static bool is_control(char character) {
        const auto code = static_cast<unsigned char>(character);
        return (code < ' ' && character != '\n' && character != '\t') || code == 0x7f;
    }

    UniqueFd fd_;
    std::string text_;
};

/// One child process and its output.
class Child {
public:
    Child(std::string name, Milliseconds limit) : name_(std::move(name)), deadline_(limit) {}

    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    Child(Child&&) = delete;
    Child& operator=(Child&&) = delete;

    ~Child() {
        if (pid_ > 0) {
            end();
        }
    }

    Result<void> start(const std::vector<std::string>& words) {
        auto output = make_pipe();
        auto complaint = make_pipe();
        if (!output.in.valid() || !complaint.in.valid()) {
            return errno_failure("cannot run " + name_, errno);
        }
        output_ = std::move(output.out);
        complaint_ = Complaint(std::move(complaint.out));
        std::vector<std::string> copies = words;
        std::vector<char*> pointers;
        pointers.reserve(copies.size() + 1);
        for (auto& word : copies) {
            pointers.push_back(word.data());
        }
        pointers.push_back(nullptr);
        const pid_t parent = ::getpid();
        pid_ = ::fork();
        if (pid_ == 0) {
            become(pointers.data(), output.in.get(), complaint.in.get(), parent);
        }
        return pid_ > 0 ? Result<void>() : errno_failure("cannot run " + name_, errno);
    }

    Result<std::size_t> read(std::span<std::byte> room) {
        for (;;) {
            std::array ready = {
                pollfd{output_.get(), POLLIN, 0}, pollfd{complaint_.fd(), POLLIN, 0}};
            const int limit = std::min(deadline_.poll_timeout(), one_wait);
            const int count = ::poll(ready.data(), ready.size(), limit);
            TRY(go_on());
            if (count == 0) {
                continue;
            }
            if (count > 0 && ready[1].revents != 0) {
                complaint_.take();
                continue;
            }
            const ssize_t got = count < 0 ? -1 : ::read(output_.get(), room.data(), room.size());
            if (got >= 0) {
                return static_cast<std::size_t>(got);
            }
            if (errno != EINTR) {
                return errno_failure(compose("cannot read what {} writes", name_), errno);
            }
        }
    }

    /// Waits until the child ends, which is soon: it has closed its output.
    Result<int> wait() {
        for (;;) {
            int status = 0;
            const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
            complaint_.take();
            if (ended == pid_) {
                pid_ = -1;
                return WIFEXITED(status) ? WEXITSTATUS(status) : killed + WTERMSIG(status);
            }
            TRY(go_on());
            std::this_thread::sleep_for(pause);
        }
    }

    [[nodiscard]] std::string complaint() const { return complaint_.text(); }

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    /// Fails, and ends the child, when its time is up or somebody has told us to end.
    Result<void> go_on() {
        if (begun_.told_to_end()) {
            end();
            return failure(ErrorCode::io, compose("told to end while {} ran", name_));
        }
        return deadline_.passed() ? timed_out() : Result<void>();
    }

    Result<void> timed_out() {
        end();
        complaint_.take();
        const auto said = complaint();
        return failure(
            ErrorCode::timeout,
            compose("{} did not come to its end in time{}{}", name_, said.empty() ? "" : ": ", said)
        );
    }

    /// One that the kernel keeps in a call ends only with that: it is left behind.
    void end() {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);
        const Deadline patience(killed_limit);
        while (::waitpid(pid_, nullptr, WNOHANG) == 0 && !patience.passed()) {
            std::this_thread::sleep_for(pause);
        }
        pid_ = -1;
    }

    std::string name_;
    Deadline deadline_;
    SinceThen begun_;
    UniqueFd output_;
    Complaint complaint_;
    pid_t pid_ = -1;
};

/// The output of a child as a stream.
class ChildStream final : public ByteStream {
public:
    explicit ChildStream(std::unique_ptr<Child> child) : child_(std::move(child)) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        if (ended_) {
            return std::size_t{0};
        }
        auto count = child_->read(room);
        if (!count || *count > 0) {
            return count;
        }
        ended_ = true;
        const auto status = TRY(child_->wait());
        if (status != 0) {
            return failure(
                ErrorCode::io, compose("{} failed: {}", child_->name(), child_->complaint())
            );
        }
        return count;
    }

private:
    std::unique_ptr<Child> child_;
    bool ended_ = false;
};

}  // namespace

bool SystemPrograms::available(const std::string& name) const {
    const char* const variable = std::getenv("PATH");
    std::string_view rest = variable == nullptr ? paths::default_program_path : variable;
    while (!rest.empty()) {
        const std::string path = compose("{}/{}", take_until(rest, ":"), name);
        if (::access(path.c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

Result<ProgramEnd> SystemPrograms::run(const std::vector<std::string>& words, Milliseconds limit) {
    Child child(words.front(), limit);
    TRY(child.start(words));
    ProgramEnd end;
    std::array<std::byte, 4096> buffer{};
    const auto read = for_each_piece(child, buffer, [&](std::span<const std::byte> piece) {
        const auto kept = std::min(piece.size(), longest_output - end.output.size());
        end.output.append(reinterpret_cast<const char*>(piece.data()), kept);
        return Result<void>();
    });
    if (!read) {
        return tl::unexpected(read.error());
    }
    const auto status = TRY(child.wait());
    end.status = status;
    end.complaint = child.complaint();
    return end;
}

Result<std::unique_ptr<ByteStream>>
SystemPrograms::stream(const std::vector<std::string>& words, Milliseconds limit) {
    auto child = std::make_unique<Child>(words.front(), limit);
    TRY(child->start(words));
    return std::make_unique<ChildStream>(std::move(child));
}

std::string own_directory() {
    char self[PATH_MAX];
    const ssize_t length = ::readlink(paths::own_program.data(), self, sizeof(self));
    const std::string program(self, length > 0 ? static_cast<std::size_t>(length) : 0);
    return program.substr(0, program.rfind('/') + 1);
}

}  // namespace onload_node
