// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/cpu_list.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace onload_node {

namespace {

/// More than the kernel can have (CONFIG_NR_CPUS is 8192 at most).
constexpr unsigned too_many = 1U << 16U;

bool read_number(std::string_view text, unsigned& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number < too_many;
}

}  // namespace

CpuSet parse_cpu_list(std::string_view text) {
    CpuSet cpus;
    text = text.substr(0, text.find('\n'));
    while (!text.empty()) {
        const auto range = take_until(text, ",");
        const auto dash = range.find('-');
        const auto to = dash == std::string_view::npos ? range : range.substr(dash + 1);
        unsigned first = 0;
        unsigned last = 0;
        if (!read_number(range.substr(0, dash), first) || !read_number(to, last)) {
            return {};
        }
        for (unsigned cpu = first; cpu <= last; ++cpu) {
            cpus.insert(cpu);
        }
    }
    return cpus;
}

std::string cpu_list(const CpuSet& cpus) {
    std::string text;
    for (auto at = cpus.begin(); at != cpus.end();) {
        const unsigned first = *at;
        unsigned last = first;
        for (++at; at != cpus.end() && *at == last + 1; ++at) {
            last = *at;
        }
        append(
            text,
            ",",
            first == last ? std::to_string(first)
                          : compose("{}-{}", std::to_string(first), std::to_string(last))
        );
    }
    return text;
}

CpuSet common_cpus(const CpuSet& a, const CpuSet& b) {
    CpuSet common;
    std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
    return common;
}

}  // namespace onload_node
