// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace onload_node {

/// The moment at which a wait ends, on the monotonic clock.
class Deadline final {
public:
    explicit Deadline(Milliseconds limit) : end_(Clock::now() + limit) {}

    [[nodiscard]] bool passed() const { return Clock::now() >= end_; }

    /// The time left, rounded up and never negative: waiting that long reaches the deadline.
    [[nodiscard]] Milliseconds remaining() const {
        return std::max(std::chrono::ceil<Milliseconds>(end_ - Clock::now()), Milliseconds(0));
    }

    /// The time left, for poll(2).
    [[nodiscard]] int poll_timeout() const {
        return static_cast<int>(
            std::min<Milliseconds::rep>(remaining().count(), std::numeric_limits<int>::max())
        );
    }

    /// The time left, for sd-bus.
    [[nodiscard]] std::uint64_t microseconds() const {
        return static_cast<std::uint64_t>(std::chrono::microseconds(remaining()).count());
    }

private:
    using Clock = std::chrono::steady_clock;

    Clock::time_point end_;
};

}  // namespace onload_node
