// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/parser.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

namespace onload_node {

namespace {

tl::unexpected<Error> usage(const Program& program, std::string_view what) {
    return failure(ErrorCode::usage, compose("{}; see {}", what, program.see));
}

struct Given {
    const Option* option;
    std::string_view value;
};

/// Reads "--json", "--keep N" or "--keep=N" at `index`; moves `index` on to the value if that is a
/// word of its own.
std::optional<Given>
take_option(Options options, std::span<const std::string_view> words, std::size_t& index) {
    const auto word = words[index];
    const auto name = word.substr(0, word.find('='));
    for (const Option* const option : options) {
        if (option->value.empty() ? word == option->word : name == option->word) {
            if (option->value.empty() || name.size() < word.size()) {
                return Given{option, word.substr(std::min(name.size() + 1, word.size()))};
            }
            ++index;
            return Given{option, index < words.size() ? words[index] : std::string_view()};
        }
    }
    return std::nullopt;
}

Result<void> store_value(const Program& program, const Given& given, Command& command) {
    const auto stored = given.option->store(command, given.value);
    return stored ? stored : usage(program, stored.error().message);
}

bool has(Options options, const Option* option) {
    return contains(options, option);
}

Result<void> store_early(
    const Program& program, const CommandEntry& chosen, const Line& line, Command& command
) {
    for (std::size_t i = 0; i < line.values.size(); ++i) {
        const Given given{program.early.begin()[i], line.values[i]};
        if (given.value.empty()) {
            continue;
        }
        if (!has(chosen.options, given.option) && !has(program.general, given.option)) {
            return usage(
                program, compose("{} does not take {}", to_string(chosen.verb), given.option->word)
            );
        }
        TRY(store_value(program, given, command));
    }
    return {};
}

bool is_operand(std::string_view word, const CommandEntry& chosen, const Command& command) {
    return !chosen.operand.empty() && command.source.empty() && !word.empty() &&
           !word.starts_with('-');
}

Result<void>
take_words(const Program& program, const CommandEntry& chosen, const Line& line, Command& command) {
    bool verb_seen = false;
    for (std::size_t index = 0; index < line.words.size(); ++index) {
        const auto word = line.words[index];
        if (const auto given = take_option(chosen.options, line.words, index)) {
            if (given->value.empty() && !given->option->value.empty()) {
                return usage(
                    program,
                    compose("{} needs a value: {}", given->option->word, given->option->value)
                );
            }
            TRY(store_value(program, *given, command));
        } else if (!verb_seen && word == to_string(chosen.verb)) {
            verb_seen = true;
        } else if (is_operand(word, chosen, command)) {
            command.source = word;
        } else {
            return usage(program, compose("{} does not take \"{}\"", to_string(chosen.verb), word));
        }
    }
    return {};
}

std::string help_for(const Program& program, const CommandEntry& chosen) {
    const auto operand = chosen.operand.empty() ? "" : compose(" [{}]", chosen.operand);
    return compose(
        "Usage: onload-node {}{} [OPTION]...\n\n{}{}\n\n{}{}\n{}",
        to_string(chosen.verb),
        operand,
        chosen.summary,
        chosen.details,
        option_lines(program, chosen.options),
        option_lines(program, program.general),
        chosen.exits
    );
}

}  // namespace

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(width, result.size() + 1), ' ');
    return result;
}

std::string option_lines(const Program& program, Options options) {
    std::string text;
    for (const Option* const option : options) {
        const auto written =
            compose("{}{}{}", option->word, option->value.empty() ? "" : " ", option->value);
        text += compose("      {}{}\n", padded(written, program.column), option->help);
    }
    return text;
}

Result<Line> split(const Program& program, std::span<char* const> arguments) {
    const std::vector<std::string_view> words(arguments.begin(), arguments.end());
    Line line{{}, std::vector<std::string_view>(program.early.size())};
    for (std::size_t index = 0; index < words.size(); ++index) {
        const auto word = words[index];
        const auto given = take_option(program.early, words, index);
        if (!given) {
            line.words.push_back(word);
        } else if (given->value.empty()) {
            return usage(
                program, compose("{} needs {}", given->option->word, given->option->needs)
            );
        } else {
            const auto place = std::ranges::find(program.early, given->option);
            line.values[static_cast<std::size_t>(place - program.early.begin())] = given->value;
        }
    }
    return line;
}

Result<Command> parse(const Program& program, const Line& line, std::string_view command) {
    Command result;
    if (line.has("--version")) {
        result.verb = Verb::version;
        return result;
    }
    const auto* const chosen = entry_of(program.commands, from_word<Verb>(command));
    const bool unknown = chosen == nullptr && !command.empty();
    if ((line.has("--help") || line.has("-h")) && !(program.strict && unknown)) {
        result.help_text = chosen == nullptr ? program.help(program) : help_for(program, *chosen);
        return result;
    }
    if (unknown) {
        return usage(program, compose("there is no command \"{}\"", command));
    }
    if (chosen == nullptr) {
        const bool option = program.strict && !line.words.empty();
        return usage(
            program,
            option ? compose("there is no option {}", line.words.front()) : "a command is missing"
        );
    }
    result.verb = chosen->verb;
    TRY(store_early(program, *chosen, line, result));
    TRY(take_words(program, *chosen, line, result));
    return result;
}

}  // namespace onload_node
