// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/children.hpp"

#include "base/handle.hpp"
#include "system/deadline.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace onload_node {

namespace {

struct WorkerProcess {
    pid_t pid = -1;
    UniqueFd answer;  ///< the reading end; closed when the outcome is known
    ChildOutcome outcome;
};

[[noreturn]] void work_and_answer(const std::function<int()>& work, int answer, pid_t parent) {
    // If the parent is killed, work that has not begun must not begin.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(1);
    }
    const int value = work();
    static_cast<void>(!::write(answer, &value, sizeof(value)));
    ::_exit(0);
}

WorkerProcess start(const std::function<int()>& work) {
    WorkerProcess child;
    int ends[2] = {-1, -1};
    if (::pipe2(static_cast<int*>(ends), O_CLOEXEC) != 0) {
        child.outcome = {ChildOutcome::End::returned, errno};
        return child;
    }
    UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    const pid_t parent = ::getpid();
    child.pid = ::fork();
    if (child.pid == 0) {
        work_and_answer(work, writing.get(), parent);
    }
    if (child.pid < 0) {
        child.outcome = {ChildOutcome::End::returned, errno};
        return child;
    }
    child.outcome.end = ChildOutcome::End::hung;
    child.answer = std::move(reading);
    return child;
}

/// Takes the answer of a child that has written to its pipe, or has ended and so closed it.
void take_answer(WorkerProcess& child) {
    int value = 0;
    const ssize_t count = ::read(child.answer.get(), &value, sizeof(value));
    if (count < 0 && errno == EINTR) {
        return;
    }
    const bool answered = count == static_cast<ssize_t>(sizeof(value));
    child.outcome = {answered ? ChildOutcome::End::returned : ChildOutcome::End::died, value};
    child.answer = UniqueFd();
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {}
}

/// One entry for each child, in the same order; poll(2) skips those that have answered.
std::vector<pollfd> open_answers(const std::vector<WorkerProcess>& children) {
    std::vector<pollfd> answers;
    answers.reserve(children.size());
    for (const auto& child : children) {
        answers.push_back({child.answer.valid() ? child.answer.get() : -1, POLLIN, 0});
    }
    return answers;
}

bool all_answered(const std::vector<WorkerProcess>& children) {
    return std::none_of(children.begin(), children.end(), [](const WorkerProcess& child) {
        return child.answer.valid();
    });
}

void wait_for_answers(std::vector<WorkerProcess>& children, const Deadline& deadline) {
    while (!all_answered(children) && !deadline.passed()) {
        auto answers = open_answers(children);
        if (::poll(answers.data(), answers.size(), deadline.poll_timeout()) < 0 && errno != EINTR) {
            return;
        }
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (answers[i].revents != 0) {
                take_answer(children[i]);
            }
        }
    }
}

}  // namespace

std::vector<ChildOutcome>
run_in_children(const std::vector<std::function<int()>>& work, Milliseconds limit) {
    const Deadline deadline(limit);
    std::vector<WorkerProcess> children;
    children.reserve(work.size());
    for (const auto& piece : work) {
        children.push_back(start(piece));
    }
    wait_for_answers(children, deadline);
    std::vector<ChildOutcome> outcomes;
    outcomes.reserve(children.size());
    for (const auto& child : children) {
        outcomes.push_back(child.outcome);
    }
    return outcomes;
}

}  // namespace onload_node
