// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace onload_node {

namespace {

/// One option: its word and what it does to the command.
struct Option {
    std::string_view word;
    std::string_view help;
    bool Command::*flag;
};

constexpr Option dry_run = {"--dry-run", "print the steps, take none", &Command::dry_run};
constexpr Option live = {
    "--live", "swap drivers although the network is up: cuts connections", &Command::live};
constexpr Option shutdown = {
    "--shutdown", "this boot ends in order: it is no failure", &Command::shutdown};
constexpr Option json = {"--json", "print JSON", &Command::json};

/// One command: what it is called, what it takes, what it is for.
struct CommandWord {
    Verb verb;
    std::string_view word;
    std::string_view help;
    std::array<const Option*, 2> options;
    std::string_view exits;
    bool takes_target = false;  ///< --kernel and --root
};

constexpr std::string_view state_exits = "Exit status: 0 as configured, or nothing to do; 3 the "
                                         "in-tree driver is on although the other one is\n"
                                         "wanted; 4 the driver is on, something secondary is not; "
                                         "78 the configuration is wrong; 1 anything else.\n";

constexpr std::array<CommandWord, 11> command_words = {{
    {Verb::apply,
     "apply",
     "make the node what the configuration asks for",
     {&dry_run, &live},
     state_exits},
    {Verb::plan,
     "plan",
     "print the steps that apply would take, each with its reason",
     {&json, nullptr},
     "Exit status: 0 nothing to do; 2 there are steps; 78 the configuration is wrong; 1 anything "
     "else.\n"},
    {Verb::status, "status", "print what is true now", {&json, nullptr}, state_exits},
    {Verb::verify,
     "verify",
     "tell whether what is staged would load: every check, one line each",
     {&json, nullptr},
     "Exit status: 0 it would; 3 a check failed; 78 the configuration is wrong; 1 anything else.\n",
     true},
    {Verb::nics,
     "nics",
     "print the Solarflare functions of this machine, and who names their ports",
     {&json, nullptr},
     "Exit status: 0, also when there is none; 1 the machine could not be looked at.\n"},
    {Verb::revert,
     "revert",
     "take back all that was done since the node booted",
     {&live, nullptr},
     "Exit status: 0 the node is as it was; 1 something could not be taken back, or the network is "
     "up and --live is not given.\n"},
    {Verb::recover,
     "recover",
     "finish the undo of a run that was cut short; the unit does this by itself",
     {nullptr, nullptr},
     "Exit status: 0 there was nothing to finish, or it is finished; 1 something could not be "
     "taken back.\n"},
    {Verb::confirm,
     "confirm",
     "wait for guard.settle and tell the boot guard that this boot is good; its unit does this",
     {&shutdown, nullptr},
     "Exit status: 0 the boot is good, or there was nothing to confirm; 1 a port has no driver or "
     "not its name.\n"},
    {Verb::reset,
     "reset",
     "forget what the boot guard has counted: the next boot tries the staged driver again",
     {nullptr, nullptr},
     "Exit status: 0 it is forgotten; 1 it could not be.\n"},
    {Verb::refresh,
     "refresh",
     "bring the status file and the node labels up to date; units do this by themselves",
     {nullptr, nullptr},
     "Exit status: 0 it is told; 1 the node could not be looked at.\n"},
    {Verb::time_fallback,
     "time-fallback",
     "give the clock back when sfptpd has failed for good; its unit does this by itself",
     {nullptr, nullptr},
     "Exit status: 0 something keeps the clock, or nothing was to be done; 1 a step failed.\n"},
}};

/// What the program beside this one carries out; this one only tells of it.
struct HandedOver {
    std::string_view word;
    std::string_view help;
};

constexpr std::array<HandedOver, 4> handed_over = {{
    {"stage", "bring modules, programs and libraries below /opt, from an image, archive or folder"},
    {"trees", "print the kernels that modules are staged for"},
    {"purge", "remove all that is staged and remembered"},
    {"diagnose", "collect what support needs into one file"},
}};

constexpr std::string_view general_options = "      --config FILE  read this configuration instead "
                                             "of /etc/onload-node/config.toml and config.d\n"
                                             "      --help         print this\n"
                                             "      --version      print the version\n";

constexpr std::string_view target_options =
    "      --kernel K     for this kernel instead of the running one\n"
    "      --pending      for the kernel that the next boot runs (by onload-node-stage)\n"
    "      --root DIR     for the node whose files are below DIR; nothing of this machine is "
    "asked\n";

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(width, result.size() + 1), ' ');
    return result;
}

std::string general_help() {
    std::string text = "onload-node gives a node the out-of-tree sfc driver and Onload before its "
                       "network starts.\n\n"
                       "Usage: onload-node COMMAND [OPTION]...\n\nCommands:\n";
    for (const auto& command : command_words) {
        text += "  " + padded(command.word, 10) + std::string(command.help) + "\n";
    }
    for (const auto& command : handed_over) {
        text += "  " + padded(command.word, 10) + std::string(command.help) + "\n";
    }
    text += "\nOptions for all commands:\n" + std::string(general_options);
    return text + "\n\"onload-node COMMAND --help\" says more about one of them.\n";
}

std::string help_for(const CommandWord& command) {
    std::string text = "Usage: onload-node " + std::string(command.word) + " [OPTION]...\n\n";
    text += std::string(command.help) + "\n\n";
    for (const Option* const option : command.options) {
        if (option != nullptr) {
            text += "      " + padded(option->word, 15) + std::string(option->help) + "\n";
        }
    }
    text += command.takes_target ? target_options : "";
    return text + std::string(general_options) + "\n" + std::string(command.exits);
}

tl::unexpected<Error> usage(const std::string& what) {
    return failure(ErrorCode::usage, what + "; see onload-node --help");
}

const CommandWord* find_command(std::string_view word) {
    const auto found =
        std::ranges::find_if(command_words, [&](const CommandWord& c) { return c.word == word; });
    return found == command_words.end() ? nullptr : &*found;
}

const Option* find_option(const CommandWord& command, std::string_view word) {
    const auto found = std::ranges::find_if(command.options, [&](const Option* o) {
        return o != nullptr && o->word == word;
    });
    return found == command.options.end() ? nullptr : *found;
}

/// The options that take a value.
constexpr std::array<std::string_view, 3> value_options = {"--config", "--kernel", "--root"};

/// An option that takes a value, with the value; `option` is empty for every other word.
struct ValueOption {
    std::string_view option;
    std::string_view value;
};

/// Reads "--config FILE" or "--config=FILE" at `index`, which then is that of the value.
ValueOption take_value(std::span<char* const> arguments, std::size_t& index) {
    const std::string_view word(arguments[index]);
    for (const auto option : value_options) {
        if (word == option) {
            const bool last = index + 1 == arguments.size();
            return {option, last ? std::string_view() : std::string_view(arguments[++index])};
        }
        if (word.substr(0, option.size()) == option && word[option.size()] == '=') {
            return {option, word.substr(option.size() + 1)};
        }
    }
    return {};
}

void set_value(Command& command, const ValueOption& taken) {
    const std::string value(taken.value);
    if (taken.option == "--config") {
        command.config = value;
    } else if (taken.option == "--kernel") {
        command.kernel = value;
    } else {
        command.root = value.substr(0, value.find_last_not_of('/') + 1);
    }
}

/// The words that are neither an option with a value nor that value.
Result<std::vector<std::string_view>>
take_general(std::span<char* const> arguments, Command& command) {
    std::vector<std::string_view> words;
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        const auto taken = take_value(arguments, index);
        if (taken.option.empty()) {
            words.emplace_back(arguments[index]);
        } else if (taken.value.empty()) {
            return usage(
                std::string(taken.option) + (taken.option == "--config" ? " needs a file"
                                             : taken.option == "--kernel"
                                                 ? " needs a kernel release"
                                                 : " needs a directory")
            );
        } else {
            set_value(command, taken);
        }
    }
    return words;
}

using Words = std::vector<std::string_view>;

bool has(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// The first word that is no option, "" when there is none.
std::string_view verb_among(const Words& words) {
    const auto found =
        std::ranges::find_if(words, [](std::string_view word) { return word.substr(0, 1) != "-"; });
    return found == words.end() ? std::string_view() : *found;
}

/// Everything behind the command's own word has to be an option that it takes.
Result<void> take_options(const CommandWord& chosen, const Words& words, Command& command) {
    bool verb_seen = false;
    for (const auto word : words) {
        if (!verb_seen && word == chosen.word) {
            verb_seen = true;
            continue;
        }
        const Option* const option = find_option(chosen, word);
        if (option == nullptr) {
            return usage(std::string(chosen.word) + " does not take \"" + std::string(word) + "\"");
        }
        command.*(option->flag) = true;
    }
    return {};
}

Result<void> check_target(const CommandWord& chosen, const Command& command) {
    if (!chosen.takes_target && (!command.kernel.empty() || command.root)) {
        return usage(
            std::string(chosen.word) + " does not take " + (command.root ? "--root" : "--kernel")
        );
    }
    if (command.kernel.find('/') != std::string::npos) {
        return usage("\"" + command.kernel + "\" is no kernel release");
    }
    return {};
}

/// Whether the command is one of the other program's, which then reads the whole command line.
bool is_handed_over(const Words& words) {
    const auto verb = verb_among(words);
    return std::ranges::find(handed_over, verb, &HandedOver::word) != handed_over.end() ||
           (verb == "verify" && has(words, "--pending"));
}

}  // namespace

int exit_status_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::usage:
        return 64;
    case ErrorCode::config:
        return 78;
    case ErrorCode::not_found:
    case ErrorCode::permission:
    case ErrorCode::busy:
    case ErrorCode::exists:
    case ErrorCode::timeout:
    case ErrorCode::hung:
    case ErrorCode::mismatch:
    case ErrorCode::io:
        break;
    }
    return 1;
}

Result<Command> parse_command_line(std::span<char* const> arguments) {
    Command command;
    const auto words = TRY(take_general(arguments, command));
    if (is_handed_over(words)) {
        command.verb = Verb::hand_over;
        return command;
    }
    if (has(words, "--version")) {
        command.verb = Verb::version;
        return command;
    }
    const std::string_view verb = verb_among(words);
    const CommandWord* const chosen = find_command(verb);
    if (chosen == nullptr && !verb.empty()) {
        return usage("there is no command \"" + std::string(verb) + "\"");
    }
    if (has(words, "--help") || has(words, "-h")) {
        command.help_text = chosen == nullptr ? general_help() : help_for(*chosen);
        return command;
    }
    if (chosen == nullptr) {
        return usage(
            words.empty() ? "a command is missing"
                          : "there is no option " + std::string(words.front())
        );
    }
    TRY(check_target(*chosen, command));
    command.verb = chosen->verb;
    TRY(take_options(*chosen, words, command));
    return command;
}

}  // namespace onload_node
