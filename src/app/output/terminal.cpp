// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/terminal.hpp"

#include "core/model/exit_status.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace onload_node {

namespace {

int exit_status_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::usage:
        return exit_status::usage;
    case ErrorCode::config:
        return exit_status::config;
    case ErrorCode::not_found:
    case ErrorCode::permission:
    case ErrorCode::busy:
    case ErrorCode::exists:
    case ErrorCode::timeout:
    case ErrorCode::hung:
    case ErrorCode::mismatch:
    case ErrorCode::io:
        break;
    }
    return exit_status::failed;
}

}  // namespace

bool colour_wanted() {
    const char* const terminal = std::getenv("TERM");
    const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
    return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr && !dumb;
}

std::size_t text_width() {
    constexpr std::size_t widest = 100;
    constexpr std::size_t narrowest = 20;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return widest;
    }
    return std::clamp<std::size_t>(size.ws_col, narrowest, widest);
}

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(const Error& error) {
    std::fprintf(stderr, "onload-node: %s\n", error.message.c_str());
    return exit_status_of(error.code);
}

}  // namespace onload_node
