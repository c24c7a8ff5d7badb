// SPDX-License-Identifier: BSD-2-Clause
#include "sample.hpp"

#include <algorithm>
#include <cstdlib>

namespace onload_node::simulation {

namespace {

std::uint32_t number_from_environment(const char* name, std::uint32_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(text));
}

std::mt19937 seeded(std::uint32_t seed, const std::string& name) {
    std::string bytes = name;
    for (int shift = 0; shift < 32; shift += 8) {
        bytes += static_cast<char>((seed >> shift) & 0xffU);
    }
    std::seed_seq sequence(bytes.begin(), bytes.end());
    return std::mt19937(sequence);
}

}  // namespace

const Extent& extent() {
    static const Extent from_environment = {
        std::max(1U, number_from_environment("SIMULATION_ONE_IN", 1)),
        number_from_environment("SIMULATION_SEED", std::random_device()()),
    };
    return from_environment;
}

Sample::Sample(const Extent& extent, const std::string& name)
    : one_in_(extent.one_in), random_(seeded(extent.seed, name)) {}

bool Sample::takes(const std::string& kind) {
    const auto [at, first] = rows_.try_emplace(kind);
    Row& row = at->second;
    if (row.next == 0) {
        row.chosen = static_cast<unsigned>(random_() % one_in_);
    }
    const bool taken = row.next == row.chosen;
    row.next = (row.next + 1) % one_in_;
    return first || taken;
}

}  // namespace onload_node::simulation
