// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/toml.hpp"
#include "core/reporting/report.hpp"
#include "core/verifying/verify.hpp"

#include <string>
#include <vector>

/// What the files that print share (output.cpp).
namespace onload_node {

/// One call, where an initializer list builds each pair in place: a good part of a binary that has
/// to fit into a MachineConfig.
[[gnu::noinline]] void put(toml::table& table, std::string_view key, std::string_view value);

[[nodiscard]] toml::table name_json(const ChosenName& name);

/// What `verify --json` prints.
[[nodiscard]] toml::table
verify_document(const std::vector<Check>& checks, const std::string& kernel);

/// Filled up with blanks to the width, one at least.
[[nodiscard]] std::string column(std::string text, std::size_t width);

/// "0x1924".
[[nodiscard]] std::string hex4(unsigned value);

[[nodiscard]] toml::array texts(const std::vector<std::string>& values);

[[nodiscard]] std::string to_json(const toml::table& table);

/// Joined by blanks; "none" when there are none.
[[nodiscard]] std::string join(const std::vector<std::string>& words);

}  // namespace onload_node
