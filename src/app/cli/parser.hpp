// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "base/words.hpp"

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
    /// Stores the value in the command; the error says what is wrong with the value. Null for
    /// --help and --version, which parse() looks for before it reads any option.
    Result<void> (*store)(Command& command, std::string_view value) = nullptr;
    std::string_view value = {};  ///< the name of its value in the help; "" when it takes none
    std::string_view needs = {};  ///< the value in words; only an option of Program::early has it
};

using Options = std::initializer_list<const Option*>;

/// What one program says of a command.
struct CommandEntry {
    Verb verb;
    std::string_view summary;
    Options options = {};
    std::string_view exits = {};    ///< its exit statuses; they end its help
    std::string_view details = {};  ///< follows the summary in its help, without a blank
    std::string_view operand = {};  ///< the name of its one argument; "" when it takes none
};

/// A program's table of commands, and where the programs differ.
struct Program {
    std::span<const CommandEntry> commands;
    Options general;       ///< every command takes them, or parse() does
    std::size_t column;    ///< width of an option in the help
    std::string_view see;  ///< the command that prints the help; complaints name it
    std::string (*help)(const Program& program);  ///< the help without a command
    /// Options that are read before the command is known. Complaints come in this order.
    Options early = {};
    /// An unknown command is an error even where help is asked for.
    bool strict = false;
};

/// A command line. split() has taken the options of Program::early out of its words.
struct Line {
    std::vector<std::string_view> words;
    std::vector<std::string_view> values;  ///< of Program::early, one each; "" when not given

    [[nodiscard]] bool has(std::string_view word) const {
        return std::ranges::find(words, word) != words.end();
    }

    /// The first word that `fits`; "" when there is none.
    [[nodiscard]] std::string_view first(bool (*fits)(std::string_view word)) const {
        const auto found = std::ranges::find_if(words, fits);
        return found == words.end() ? std::string_view() : *found;
    }
};

/// The entry of a command; null when the program has none.
[[nodiscard]] constexpr const CommandEntry*
entry_of(std::span<const CommandEntry> commands, std::optional<Verb> verb) {
    const auto found = std::ranges::find(commands, verb, &CommandEntry::verb);
    return found == commands.end() ? nullptr : &*found;
}

/// For a static_assert: whether there is an entry of each command of a program.
[[nodiscard]] constexpr bool
has_all_of(std::string_view program, std::span<const CommandEntry> commands) {
    return std::ranges::all_of(enumerators<Verb>, [&](Verb verb) {
        return program_of(verb) != program || entry_of(commands, verb) != nullptr;
    });
}

/// The first step: an error when an option of Program::early has no value.
[[nodiscard]] Result<Line> split(const Program& program, std::span<char* const> arguments);

/// The second step. `command` is the word of the line that names the command, "" when none does.
[[nodiscard]] Result<Command>
parse(const Program& program, const Line& line, std::string_view command);

/// The text with blanks up to the width, at least one.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// The help's lines on these options.
[[nodiscard]] std::string option_lines(const Program& program, Options options);

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
