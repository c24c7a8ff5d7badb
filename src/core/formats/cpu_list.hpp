// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace onload_node {

/// Processors by number.
using CpuSet = std::set<unsigned>;

/// The kernel's form of a list, "0-3,8" (Documentation/core-api/printk-formats.rst, "%*pbl"). What
/// is no list has no processors.
[[nodiscard]] CpuSet parse_cpu_list(std::string_view text);

/// The same form; "" for none.
[[nodiscard]] std::string cpu_list(const CpuSet& cpus);

/// Those that are in both.
[[nodiscard]] CpuSet common_cpus(const CpuSet& a, const CpuSet& b);

}  // namespace onload_node
