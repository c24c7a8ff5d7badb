// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <utility>

#include <unistd.h>

namespace onload_node {

/// Calls a C library's release function. It is empty, so a Handle is the size of a pointer.
template <auto Release>
struct Releaser {
    template <typename T>
    void operator()(T* object) const noexcept {
        static_cast<void>(Release(object));
    }
};

/// Owns an object of a C library: `Handle<kmod_ctx, kmod_unref>`.
template <typename T, auto Release>
using Handle = std::unique_ptr<T, Releaser<Release>>;

/// Owns a file descriptor and closes it when destroyed.
class UniqueFd final {
public:
    UniqueFd() = default;

    explicit UniqueFd(int fd) : fd_(fd) {}

    ~UniqueFd() { reset(); }

    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = other.release();
        }
        return *this;
    }

    [[nodiscard]] int get() const { return fd_; }

    [[nodiscard]] bool valid() const { return fd_ >= 0; }

    /// Gives up ownership: the caller closes the descriptor.
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

    void reset() {
        // Where TRY returns, clang's analyzer takes the variable that it did not set for destroyed.
        if (fd_ >= 0) {  // NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult)
            ::close(std::exchange(fd_, -1));
        }
    }

private:
    int fd_ = -1;
};

}  // namespace onload_node
