// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace onload_node {

/// An option: how it is written, what it is for and what it does to the command.
struct Option {
    std::string_view word;
    std::string_view help;
    /// Stores the value in the command; the error says what is wrong with the value. Null for
    /// --help and --version, which parse() looks for before it reads any option.
    Result<void> (*store)(Command& command, std::string_view value) = nullptr;
    std::string_view value = {};  ///< the name of its value in the help; "" when it takes none
    std::string_view needs = {};  ///< the value in words; "" when it takes none
};

using Options = std::initializer_list<const Option*>;

/// What is said of a command.
struct CommandEntry {
    Verb verb;
    std::string_view summary;
    Options options = {};
    std::string_view exits = {};    ///< its exit statuses; they end its help
    std::string_view details = {};  ///< follows the summary in its help, without a blank
    std::string_view operand = {};  ///< the name of its one argument; "" when it takes none
    /// Stores that argument. Null when it takes none.
    Result<void> (*store_operand)(Command& command, std::string_view value) = nullptr;
};

/// All that a command line may say.
struct Grammar {
    std::span<const CommandEntry> commands;
    Options general;  ///< every command takes them, or parse() does
    /// The options with a value. They may stand in front of the command, so their values are no
    /// candidates for it. Complaints come in this order.
    Options with_value;
};

/// The entry of a command; null when there is none.
[[nodiscard]] constexpr const CommandEntry*
entry_of(std::span<const CommandEntry> commands, std::optional<Verb> verb) {
    const auto found = std::ranges::find(commands, verb, &CommandEntry::verb);
    return found == commands.end() ? nullptr : &*found;
}

/// Reads the words of a command line. ErrorCode::usage says what is wrong and where to find help.
[[nodiscard]] Result<Command> parse(const Grammar& grammar, std::span<char* const> arguments);

/// Sets a flag, or keeps the value as text: what most options do.
template <auto Member>
Result<void> store(Command& command, std::string_view value) {
    if constexpr (std::is_same_v<decltype(Member), bool Command::*>) {
        command.*Member = true;
    } else {
        command.*Member = value;
    }
    return {};
}

}  // namespace onload_node
