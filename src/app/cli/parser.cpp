// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/parser.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

#include <vector>

namespace onload_node {

namespace {

constexpr std::size_t option_column = 18;
constexpr std::size_t command_column = 13;

tl::unexpected<Error> usage(std::string_view what) {
    return failure(ErrorCode::usage, compose("{}; see onload-node --help", what));
}

struct Given {
    const Option* option;
    std::string_view value;
};

/// A command line in parts.
struct Line {
    std::vector<std::string_view> words;   ///< all but the options with a value
    std::vector<std::string_view> values;  ///< of Grammar::with_value, one each; "" if not given

    [[nodiscard]] bool has(std::string_view word) const { return contains(words, word); }

    /// The word that names the command; "" when none does.
    [[nodiscard]] std::string_view command() const {
        const auto found =
            std::ranges::find_if(words, [](auto word) { return !word.starts_with('-'); });
        return found == words.end() ? std::string_view() : *found;
    }
};

/// Reads "--keep N" or "--keep=N" at `index`; moves `index` on to the value if that is a word of
/// its own.
std::optional<Given>
take_value(Options options, std::span<const std::string_view> words, std::size_t& index) {
    const auto word = words[index];
    const auto name = word.substr(0, word.find('='));
    for (const Option* const option : options) {
        if (name != option->word) {
            continue;
        }
        if (name.size() < word.size()) {
            return Given{option, word.substr(name.size() + 1)};
        }
        ++index;
        return Given{option, index < words.size() ? words[index] : std::string_view()};
    }
    return std::nullopt;
}

Result<Line> split(const Grammar& grammar, std::span<char* const> arguments) {
    const std::vector<std::string_view> words(arguments.begin(), arguments.end());
    Line line{{}, std::vector<std::string_view>(grammar.with_value.size())};
    for (std::size_t index = 0; index < words.size(); ++index) {
        const auto word = words[index];
        const auto given = take_value(grammar.with_value, words, index);
        if (!given) {
            line.words.push_back(word);
        } else if (given->value.empty()) {
            return usage(compose("{} needs {}", given->option->word, given->option->needs));
        } else {
            const auto place = std::ranges::find(grammar.with_value, given->option);
            line.values[static_cast<std::size_t>(place - grammar.with_value.begin())] =
                given->value;
        }
    }
    return line;
}

/// The option of that word; null when there is none.
const Option* find(Options options, std::string_view word) {
    const auto found = std::ranges::find(options, word, &Option::word);
    return found == options.end() ? nullptr : *found;
}

Result<void> store_value(const Given& given, Command& command) {
    const auto stored = given.option->store(command, given.value);
    return stored ? stored : usage(stored.error().message);
}

Result<void> store_values(
    const Grammar& grammar, const CommandEntry& chosen, const Line& line, Command& command
) {
    for (std::size_t i = 0; i < line.values.size(); ++i) {
        const Given given{grammar.with_value.begin()[i], line.values[i]};
        if (given.value.empty()) {
            continue;
        }
        const auto word = given.option->word;
        if (find(chosen.options, word) == nullptr && find(grammar.general, word) == nullptr) {
            return usage(compose("{} does not take {}", to_string(chosen.verb), word));
        }
        TRY(store_value(given, command));
    }
    return {};
}

bool is_operand(std::string_view word, const CommandEntry& chosen) {
    return chosen.store_operand != nullptr && !word.empty() && !word.starts_with('-');
}

Result<void> take_words(const CommandEntry& chosen, const Line& line, Command& command) {
    bool verb_seen = false;
    bool operand_seen = false;
    for (const auto word : line.words) {
        if (const Option* const option = find(chosen.options, word)) {
            TRY(store_value({option, {}}, command));
        } else if (!verb_seen && word == to_string(chosen.verb)) {
            verb_seen = true;
        } else if (!operand_seen && is_operand(word, chosen)) {
            operand_seen = true;
            TRY(chosen.store_operand(command, word));
        } else {
            return usage(compose("{} does not take \"{}\"", to_string(chosen.verb), word));
        }
    }
    return {};
}

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(width, result.size() + 1), ' ');
    return result;
}

std::string option_lines(Options options) {
    std::string text;
    for (const Option* const option : options) {
        const auto written =
            compose("{}{}{}", option->word, option->value.empty() ? "" : " ", option->value);
        text += compose("      {}{}\n", padded(written, option_column), option->help);
    }
    return text;
}

std::string general_help(const Grammar& grammar) {
    std::string text = "onload-node gives a node the out-of-tree sfc driver and Onload before its "
                       "network starts.\n\n"
                       "Usage: onload-node COMMAND [OPTION]...\n\nCommands:\n";
    for (const auto& entry : grammar.commands) {
        text += compose("  {}{}\n", padded(to_string(entry.verb), command_column), entry.summary);
    }
    return compose(
        "{}\nOptions for all commands:\n{}\n\"onload-node COMMAND --help\" says more "
        "about one of them.\n",
        text,
        option_lines(grammar.general)
    );
}

std::string help_for(const Grammar& grammar, const CommandEntry& chosen) {
    const auto operand = chosen.operand.empty() ? "" : compose(" [{}]", chosen.operand);
    return compose(
        "Usage: onload-node {}{} [OPTION]...\n\n{}{}\n\n{}{}\n{}",
        to_string(chosen.verb),
        operand,
        chosen.summary,
        chosen.details,
        option_lines(chosen.options),
        option_lines(grammar.general),
        chosen.exits
    );
}

tl::unexpected<Error> no_command(const Line& line) {
    if (const auto word = line.command(); !word.empty()) {
        return usage(compose("there is no command \"{}\"", word));
    }
    return usage(
        line.words.empty() ? "a command is missing"
                           : compose("there is no option {}", line.words.front())
    );
}

}  // namespace

Result<Command> parse(const Grammar& grammar, std::span<char* const> arguments) {
    const auto line = TRY(split(grammar, arguments));
    Command command;
    if (line.has("--version")) {
        command.verb = Verb::version;
        return command;
    }
    const auto* const chosen = entry_of(grammar.commands, from_word<Verb>(line.command()));
    const bool help = line.has("--help") || line.has("-h");
    if (chosen == nullptr) {
        if (!help || !line.command().empty()) {
            return no_command(line);
        }
        command.help_text = general_help(grammar);
        return command;
    }
    if (help) {
        command.help_text = help_for(grammar, *chosen);
        return command;
    }
    command.verb = chosen->verb;
    TRY(store_values(grammar, *chosen, line, command));
    TRY(take_words(*chosen, line, command));
    return command;
}

}  // namespace onload_node
