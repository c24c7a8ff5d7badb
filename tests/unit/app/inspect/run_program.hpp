// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/wait.h>

namespace onload_node::fixture {

/// What a command said, on either stream, and with what it ended.
struct Ended {
    int status = -1;
    std::string text;
};

inline Ended run(const std::string& command) {
    std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) {
        return {};
    }
    Ended ended;
    std::array<char, 4096> piece{};
    for (std::size_t size = 1; size > 0;) {
        size = std::fread(piece.data(), 1, piece.size(), pipe);
        ended.text.append(piece.data(), size);
    }
    const int status = ::pclose(pipe);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
}

/// The program of this build, with these arguments.
inline Ended run_program(const std::string& arguments) {
    const char* const program = std::getenv("ONLOAD_NODE");
    return run(std::string(program == nullptr ? "onload-node" : program) + " " + arguments);
}

}  // namespace onload_node::fixture
