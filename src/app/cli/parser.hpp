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
#include <vector>

namespace onload_node {

/// An option: how it is written, what it is for and what it does to the command.
struct Option {
    std::string_view word;
    std::string_view help;
    /// An error says what is wrong with the value. None: parse() itself looks for the option.
    Result<void> (*store)(Command& command, std::string_view value) = nullptr;
    std::string_view value = {};  ///< what its value is called; "" when it takes none
    std::string_view needs = {};  ///< the same in words, for an option of Program::early
};

using Options = std::initializer_list<const Option*>;

/// A command as one program describes it.
struct CommandEntry {
    Verb verb;
    std::string_view summary;
    Options options = {};
    std::string_view exits = {};    ///< the exit statuses, at the end of its help
    std::string_view details = {};  ///< follows the summary directly
    std::string_view operand = {};  ///< what its word without option is called; "" for none
};

/// A program's table.
struct Program {
    std::span<const CommandEntry> commands;
    Options general;       ///< the options that the help of every command ends with
    std::size_t column;    ///< width of an option in the help
    std::string_view see;  ///< where the help is, at the end of a complaint
    std::string (*help)(const Program& program);
    /// Options with a value that are taken off a line before its command is known.
    Options early = {};
    /// An unknown command is an error also where help is asked for.
    bool strict = false;
};

/// A command line without the options of Program::early.
struct Line {
    std::vector<std::string_view> words;
    std::vector<std::string_view> values;  ///< of these options, in their order; "" is not given

    [[nodiscard]] bool has(std::string_view word) const {
        return std::ranges::find(words, word) != words.end();
    }

    /// The first word of such a kind; "" when there is none.
    [[nodiscard]] std::string_view first(bool (*such)(std::string_view word)) const {
        const auto found = std::ranges::find_if(words, such);
        return found == words.end() ? std::string_view() : *found;
    }
};

/// The entry of a command; null when the program has none.
[[nodiscard]] constexpr const CommandEntry*
entry_of(std::span<const CommandEntry> commands, std::optional<Verb> verb) {
    const auto found = std::ranges::find(commands, verb, &CommandEntry::verb);
    return found == commands.end() ? nullptr : &*found;
}

[[nodiscard]] Result<Line> split(const Program& program, std::span<char* const> arguments);

/// Reads the line; `command` is the word in it that names one, "" when there is none.
[[nodiscard]] Result<Command>
parse(const Program& program, const Line& line, std::string_view command);

// For the help:

/// With blanks up to the width, one at least.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// A line for each of the options.
[[nodiscard]] std::string option_lines(const Program& program, Options options);

/// What most options do.
template <auto member>
Result<void> store(Command& command, std::string_view value) {
    if constexpr (std::is_same_v<decltype(member), bool Command::*>) {
        command.*member = true;
    } else {
        command.*member = value;
    }
    return {};
}

}  // namespace onload_node
