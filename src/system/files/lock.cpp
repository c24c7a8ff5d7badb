// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/lock.hpp"

#include "base/text.hpp"
#include "system/deadline.hpp"
#include "system/files/directories.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace onload_node {

namespace {

/// Who removes the file gives the lock up right after that, so this happens once.
constexpr int most_removals = 10;

bool try_lock(int fd) {
    return ::flock(fd, LOCK_EX | LOCK_NB) == 0;
}

void wait_for_end(pid_t child) {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {}
}

/// Waits until nobody else holds the lock or the limit has passed.
///
/// flock(2) has no time limit, so a child that shares our open file waits in it. The lock that the
/// child gets is ours, and we can end the child at any moment. This process needs no signal
/// handler, no thread and no loop of sleeps.
Result<void> wait_for_lock(int fd, Milliseconds limit) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return errno_failure("cannot wait for the lock", errno);
    }
    const UniqueFd finished(ends[0]);
    UniqueFd running(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) {
        return errno_failure("cannot wait for the lock", errno);
    }
    if (child == 0) {
        while (::flock(fd, LOCK_EX) != 0 && errno == EINTR) {}
        ::_exit(0);
    }
    // Only the child has the writing end now: the pipe hangs up when the child ends.
    running.reset();
    const Deadline deadline(limit);
    pollfd hang_up{finished.get(), 0, 0};
    while (::poll(&hang_up, 1, deadline.poll_timeout()) < 0 && errno == EINTR) {}
    ::kill(child, SIGKILL);
    wait_for_end(child);
    return {};
}

/// "process 123", from what the holder wrote into the file.
std::string holder(const std::string& path) {
    auto text = read_text_file(path);
    const bool known =
        text && !text->empty() && text->find_first_not_of("0123456789\n") == std::string::npos;
    return known ? "process " + text->substr(0, text->find('\n')) : "another process";
}

}  // namespace

Lock::Lock(UniqueFd fd) : fd_(std::move(fd)) {}

Lock::~Lock() {
    if (fd_.valid()) {
        // Best effort: a stale number would only be named in the error of a process that does not
        // get the lock.
        static_cast<void>(::ftruncate(fd_.get(), 0) == 0);
        // close() is not enough: a child process may have a copy of the descriptor.
        ::flock(fd_.get(), LOCK_UN);
    }
}

namespace {

Result<UniqueFd> open_and_lock(const std::string& path, Milliseconds limit) {
    TRY(make_directories(parent_directory(path)));
    // Whoever may open the file may hold the lock: flock(2) asks for no right to write.
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd.valid() || ::fchmod(fd.get(), 0600) != 0) {
        return errno_failure("cannot open the lock " + path, errno);
    }
    if (!try_lock(fd.get())) {
        TRY(wait_for_lock(fd.get(), limit));
        // Succeeds at once if the child got the lock: the lock belongs to the open file, which we
        // share.
        if (!try_lock(fd.get())) {
            return failure(
                ErrorCode::busy,
                compose(
                    "{} is changing this node and holds {}; waited {} ms",
                    holder(path),
                    path,
                    std::to_string(limit.count())
                )
            );
        }
    }
    return fd;
}

/// False for a file that its last holder has removed meanwhile: others lock another one.
bool still_there(const UniqueFd& fd, const std::string& path) {
    struct stat held {};

    struct stat there {};

    return ::fstat(fd.get(), &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
           held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

}  // namespace

Result<Lock> Lock::acquire(const std::string& path, Milliseconds limit) {
    auto fd = TRY(open_and_lock(path, limit));
    for (int again = 0; !still_there(fd, path) && again < most_removals; ++again) {
        fd = TRY(open_and_lock(path, limit));
    }
    // Best effort: if /run is full, others are told of "another process".
    const std::string pid = std::to_string(::getpid()) + "\n";
    static_cast<void>(
        ::ftruncate(fd.get(), 0) == 0 && ::pwrite(fd.get(), pid.data(), pid.size(), 0) > 0
    );
    return Lock(std::move(fd));
}

}  // namespace onload_node
