// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/toml.hpp"
#include "core/reporting/report.hpp"
#include "core/verifying/verify.hpp"

#include <string>
#include <vector>

/// What the output files share (defined in output.cpp).
namespace onload_node {

/// Keeps the binary small, which must fit into a MachineConfig: an initializer list would build
/// each pair in place instead of making one call.
[[gnu::noinline]] void put(toml::table& table, std::string_view key, std::string_view value);

/// The length of a literal is known here: without this, it would be counted at run time.
template <std::size_t Size>
[[gnu::always_inline]] inline void
put(toml::table& table, const char (&key)[Size], std::string_view value) {
    put(table, std::string_view(static_cast<const char*>(key), Size - 1), value);
}

inline constexpr std::int64_t status_schema = 1;

/// The text between the terminal's escapes for a colour, such as "31"; as it is without `colour`.
[[nodiscard]] std::string coloured(const std::string& text, std::string_view code, bool colour);

[[nodiscard]] std::string_view state_colour(State state);

/// A line for each.
[[nodiscard]] std::string notes_text(const std::vector<std::string>& notes);

[[nodiscard]] toml::table name_json(const ChosenName& name);

/// The document of status schema 1.
[[nodiscard]] toml::table status_document(const Report& report);

/// The document that `verify --json` prints.
[[nodiscard]] toml::table
verify_document(const std::vector<Check>& checks, const std::string& kernel);

/// Pads with blanks to the width, at least one blank.
[[nodiscard]] std::string column(std::string text, std::size_t width);

/// "0x1924".
[[nodiscard]] std::string hex4(unsigned value);

[[nodiscard]] toml::array texts(const std::vector<std::string>& values);

[[nodiscard]] std::string to_json(const toml::table& table);

/// The words joined by blanks; "none" if there are none.
[[nodiscard]] std::string join(const std::vector<std::string>& words);

}  // namespace onload_node
