// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <csignal>

namespace onload_node {

/// As long as one lives, SIGTERM, SIGINT and SIGHUP do not end this program: whoever waits for a
/// child or reads a file then fails, and what was begun is taken away on the way out. One that is
/// ignored stays so. Only one lives at a time.
class EndRequests final {
public:
    EndRequests();
    EndRequests(const EndRequests&) = delete;
    EndRequests& operator=(const EndRequests&) = delete;
    EndRequests(EndRequests&&) = delete;
    EndRequests& operator=(EndRequests&&) = delete;
    ~EndRequests();

private:
    struct Heeded {
        int sent;

        struct sigaction before {};
    };

    Heeded heeded_[3] = {{SIGTERM}, {SIGINT}, {SIGHUP}};
};

/// Whether we were told to end since it was made: what is begun after that, as to take something
/// away, goes on.
class SinceThen final {
public:
    SinceThen();

    [[nodiscard]] bool told_to_end() const;

private:
    std::sig_atomic_t requests_;
};

}  // namespace onload_node
