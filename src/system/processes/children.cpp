// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/children.hpp"

#include "base/handle.hpp"
#include "system/deadline.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// Closes all descriptors that the child has of us: with that of the lock it would hold the lock,
/// for as long as it hangs. Older kernels than 5.9 have no call for all of them; we open but a few.
void close_all_but(int kept) {
    constexpr int most = 256;
    for (int fd = STDERR_FILENO + 1; fd < most; ++fd) {
        if (fd != kept) {
            ::close(fd);
        }
    }
}

/// Starts a child; the reading end of its pipe, which closes when the child ends. Invalid if there
/// is no child.
UniqueFd start(std::size_t index, const ChildWork& work, ChildOutcome& outcome) {
    int ends[2] = {-1, -1};
    if (::pipe2(static_cast<int*>(ends), O_CLOEXEC) != 0) {
        outcome = {ChildOutcome::End::returned, errno};
        return {};
    }
    UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    const pid_t parent = ::getpid();
    outcome.pid = ::fork();
    if (outcome.pid == 0) {
        // If the parent is killed, work that has not begun must not begin.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_all_but(writing.get());
        ::_exit(::getppid() == parent ? work(index, writing.get()) : 1);
    }
    if (outcome.pid < 0) {
        outcome = {ChildOutcome::End::returned, errno};
        return {};
    }
    outcome.end = ChildOutcome::End::hung;
    return reading;
}

/// Takes what a child has written; once it has ended, how it did.
void take(UniqueFd& pipe, ChildOutcome& outcome) {
    std::array<char, 4096> buffer{};
    const ssize_t length = ::read(pipe.get(), buffer.data(), buffer.size());
    if (length > 0) {
        outcome.bytes.append(buffer.data(), static_cast<std::size_t>(length));
    }
    if (length > 0 || (length < 0 && errno == EINTR)) {
        return;
    }
    pipe = UniqueFd();
    int status = 0;
    while (::waitpid(outcome.pid, &status, 0) < 0 && errno == EINTR) {}
    outcome.end = WIFEXITED(status) ? ChildOutcome::End::returned : ChildOutcome::End::died;
    outcome.value = WEXITSTATUS(status);
}

/// Waits until one of the children has something to tell. False if none is left, or the deadline
/// has passed. Those that have ended are heard even after it: this process may have got no time
/// itself, and a child that has done its work has not hung.
bool wait_for_some(
    std::vector<UniqueFd>& pipes, std::vector<ChildOutcome>& outcomes, const Deadline& deadline
) {
    const bool late = deadline.passed();
    // poll(2) skips negative descriptors: the children that have ended. Without POLLIN it tells
    // only of the end of a child.
    std::vector<pollfd> events;
    bool waiting = false;
    for (const auto& pipe : pipes) {
        events.push_back({pipe.valid() ? pipe.get() : -1, late ? short{0} : short{POLLIN}, 0});
        waiting = waiting || pipe.valid();
    }
    if (!waiting) {
        return false;
    }
    const int told = ::poll(events.data(), events.size(), deadline.poll_timeout());
    if (told <= 0) {
        // Interrupted, or at the deadline, there is nothing new.
        return !late;
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].revents != 0) {
            take(pipes[i], outcomes[i]);
        }
    }
    return true;
}

}  // namespace

std::vector<ChildOutcome>
run_in_children(std::size_t count, const ChildWork& work, Milliseconds limit) {
    const Deadline deadline(limit);
    std::vector<ChildOutcome> outcomes(count);
    std::vector<UniqueFd> pipes(count);
    for (std::size_t i = 0; i < count; ++i) {
        pipes[i] = start(i, work, outcomes[i]);
    }
    while (wait_for_some(pipes, outcomes, deadline)) {}
    return outcomes;
}

ChildOutcome run_in_child(const std::function<int(int out)>& work, Milliseconds limit) {
    auto outcomes = run_in_children(
        1, [&](std::size_t, int out) { return work(out); }, limit
    );
    return std::move(outcomes.front());
}

}  // namespace onload_node
