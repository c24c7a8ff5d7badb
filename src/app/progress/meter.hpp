// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace onload_node {

/// Where a Meter is shown.
struct MeterPlace {
    bool overwrites = false;  ///< a terminal on which a line can be written again
    std::size_t width = 100;  ///< its columns
};

/// How far a long piece of work is, as text: on a terminal one line that is written again and
/// again, elsewhere a line each ten seconds. It has no clock and writes nothing itself: whoever
/// holds it gives it the moments, which never go back, and writes what it returns.
class Meter {
public:
    explicit Meter(MeterPlace place) : place_(place) {}

    /// What is done from now on. `total`: its bytes; 0 where nobody knows. Each part of the work
    /// begins at none. Nothing is shown while `what` is "".
    void begin(std::string what, std::uint64_t total, Milliseconds now);

    /// So many bytes are done of this part. Fewer than before are taken for as many as before.
    void reach(std::uint64_t bytes);

    /// What is to be written now; "" if nothing is due.
    [[nodiscard]] std::string due(Milliseconds now);

    /// What takes the line away, so that something else can be written; "" if there is none.
    [[nodiscard]] std::string cleared();

private:
    [[nodiscard]] std::string line(Milliseconds now) const;
    [[nodiscard]] std::string time_left(Milliseconds now) const;

    MeterPlace place_;
    std::string what_;
    std::uint64_t total_ = 0;
    std::uint64_t bytes_ = 0;
    Milliseconds begun_{};
    Milliseconds written_{};  ///< when the last line was
    bool shown_ = false;      ///< a line is on the terminal
    std::string last_;
};

}  // namespace onload_node
