// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace onload_node::simulation {

/// How much of what there is too much of is run.
struct Extent {
    unsigned one_in = 1;     ///< of so many histories in a row one
    std::uint32_t seed = 0;  ///< which one
};

/// Everything, unless SIMULATION_ONE_IN says otherwise; a new seed in each process, unless
/// SIMULATION_SEED repeats one.
[[nodiscard]] const Extent& extent();

/// Chooses histories, kind by kind: the first, and of each `one_in` in a row one at random. So
/// every part of a kind is looked into, and no kind is left out, however few histories it has.
class Sample {
public:
    /// The same `extent` and `name` make the same choice.
    Sample(const Extent& extent, const std::string& name);

    /// Whether the next history of this kind is run.
    [[nodiscard]] bool takes(const std::string& kind);

private:
    struct Row {
        unsigned next = 0;
        unsigned chosen = 0;
    };

    unsigned one_in_;
    std::mt19937 random_;
    std::map<std::string, Row> rows_;
};

}  // namespace onload_node::simulation
