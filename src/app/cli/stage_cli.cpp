// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/stage_cli.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace onload_node {

namespace {

constexpr unsigned most_kept = 100;

tl::unexpected<Error> usage(const std::string& what) {
    return failure(ErrorCode::usage, what + "; see onload-node stage --help");
}

Result<void> set_config(StageCommand& command, const std::string& value) {
    command.common.config = value;
    return {};
}

Result<void> set_root(StageCommand& command, const std::string& value) {
    command.common.root = value.substr(0, value.find_last_not_of('/') + 1);
    return {};
}

Result<void> set_kernel(StageCommand& command, const std::string& value) {
    if (value.find('/') != std::string::npos || value.front() == '.') {
        return usage("\"" + value + "\" is no kernel release");
    }
    command.common.kernel = value;
    return {};
}

Result<void> set_keep(StageCommand& command, const std::string& value) {
    unsigned number = 0;
    const char* const end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || rest != end || number < 1 || number > most_kept) {
        return usage("--keep needs a number from 1 to 100, not \"" + value + "\"");
    }
    command.keep = number;
    return {};
}

Result<void> set_authfile(StageCommand& command, const std::string& value) {
    command.authfile = value;
    return {};
}

Result<void> set_tls_verify(StageCommand& command, const std::string& value) {
    if (value != "true" && value != "false") {
        return usage("--tls-verify is true or false, not \"" + value + "\"");
    }
    command.tls_verify = value == "true";
    return {};
}

Result<void> set_output(StageCommand& command, const std::string& value) {
    command.output = value;
    return {};
}

/// One option that takes a value.
struct ValueOption {
    std::string_view word;
    std::string_view metavariable;
    std::string_view help;
    Result<void> (*set)(StageCommand&, const std::string&);
};

constexpr ValueOption config = {
    "--config",
    "FILE",
    "read this configuration instead of /etc/onload-node/config.toml and config.d",
    set_config};
constexpr ValueOption root = {
    "--root",
    "DIR",
    "for the node whose files are below DIR; nothing of this machine is asked",
    set_root};
constexpr ValueOption kernel = {"--kernel", "K", "for this kernel only", set_kernel};
constexpr ValueOption keep = {
    "--keep", "N", "keep the trees of the N kernels staged last; [stage] keep", set_keep};
constexpr ValueOption authfile = {
    "--authfile", "FILE", "credentials for the registry; [stage] authfile", set_authfile};
constexpr ValueOption tls_verify = {
    "--tls-verify", "BOOL", "check the registry's certificate; [stage] tls_verify", set_tls_verify};
constexpr ValueOption output = {"-o", "FILE", "where it goes; - is standard output", set_output};

/// One option without a value.
struct FlagOption {
    std::string_view word;
    std::string_view help;
    void (*set)(StageCommand&);
};

constexpr FlagOption json = {
    "--json", "print JSON", [](StageCommand& command) { command.common.json = true; }};
constexpr FlagOption retry = {
    "--retry", "try again for a while, later each time; its unit does this", [](StageCommand& c) {
        c.retry = true;
    }};
constexpr FlagOption pending = {
    "--pending", "for the kernel that the next boot runs", [](StageCommand& command) {
        command.pending = true;
    }};

struct StageWord {
    StageVerb verb;
    std::string_view word;
    std::string_view help;
    std::array<const ValueOption*, 6> values;
    std::array<const FlagOption*, 2> flags;
    std::string_view exits;
    bool takes_source = false;
};

constexpr std::array<StageWord, 5> stage_words = {{
    {StageVerb::stage,
     "stage",
     "bring modules, programs and libraries below /opt, from an image, archive or folder\n\n"
     "SOURCE is an image reference, oci-archive:FILE, docker-archive:FILE, a tar file (also .gz,\n"
     ".xz, .zst) or a directory; without it, `[stage] source` of the configuration, and only if\n"
     "that is not staged yet. Nothing is loaded: the next boot does that.",
     {&kernel, &keep, &authfile, &tls_verify, &root, &config},
     {&retry, nullptr},
     "Exit status: 0 it is staged, or there is nothing to stage; 64 usage; 78 the configuration\n"
     "is wrong; 1 anything else, and what was staged before is as it was.\n",
     true},
    {StageVerb::trees,
     "trees",
     "print the kernels that modules are staged for",
     {&root, &config},
     {&json, nullptr},
     "Exit status: 0, also when there is none; 78 the configuration is wrong; 1 anything else.\n"},
    {StageVerb::purge,
     "purge",
     "remove all that is staged and remembered",
     {&root, &config},
     {},
     "Exit status: 0 it is gone; 1 the staged driver is in use, or something could not be "
     "removed.\n"},
    {StageVerb::verify,
     "verify",
     "tell whether what is staged would load: every check, one line each",
     {&kernel, &root, &config},
     {&json, &pending},
     "Exit status: 0 it would; 3 a check failed; 78 the configuration is wrong; 1 anything "
     "else.\n"},
    {StageVerb::diagnose,
     "diagnose",
     "collect what support needs into one file: status, checks, journal, ports, configuration\n\n"
     "Without -o it is made in /var/tmp, and its name is printed. Nothing on the node is changed, "
     "and\nno credentials are collected. It takes three minutes at most.",
     {&output},
     {},
     "Exit status: 0 the file is whole; what could not be collected is told in its contents.txt;\n"
     "64 usage; 1 there is no file.\n"},
}};

std::string help_line(std::string_view option, std::string_view text) {
    std::string line = "      " + std::string(option);
    line.resize(std::max<std::size_t>(line.size() + 1, 24), ' ');
    return concat({line, text, "\n"});
}

std::string help_for(const StageWord& chosen) {
    std::string text = concat(
        {"Usage: onload-node ",
         chosen.word,
         chosen.takes_source ? " [SOURCE]" : "",
         " [OPTION]...\n\n",
         chosen.help,
         "\n\n"}
    );
    for (const auto* const option : chosen.values) {
        text += option == nullptr
                    ? ""
                    : help_line(concat({option->word, " ", option->metavariable}), option->help);
    }
    for (const auto* const option : chosen.flags) {
        text += option == nullptr ? "" : help_line(option->word, option->help);
    }
    return concat({text, help_line("--help", "print this"), "\n", chosen.exits});
}

std::string general_help() {
    std::string text = "onload-node-stage carries out what onload-node hands over to it:\n\n";
    for (const auto& command : stage_words) {
        text += concat({"  onload-node ", command.word, " --help\n"});
    }
    return text;
}

/// The words of a command line, taken one by one.
class Words {
public:
    explicit Words(std::span<char* const> arguments) : arguments_(arguments) {}

    [[nodiscard]] bool done() const { return index_ == arguments_.size(); }

    std::string_view take() { return arguments_[index_++]; }

    /// The first word that is a command; else the first that is no option, "" when there is none.
    [[nodiscard]] std::string_view verb() const {
        std::string_view first;
        for (const std::string_view word : arguments_) {
            if (std::ranges::find(stage_words, word, &StageWord::word) != stage_words.end()) {
                return word;
            }
            first = first.empty() && !word.starts_with("-") ? word : first;
        }
        return first;
    }

    [[nodiscard]] bool have(std::string_view wanted) const {
        return std::ranges::any_of(arguments_, [&](std::string_view word) {
            return word == wanted;
        });
    }

private:
    std::span<char* const> arguments_;
    std::size_t index_ = 0;
};

/// Takes "--keep N" or "--keep=N"; false when the word is another one.
Result<bool>
take_value(const StageWord& chosen, std::string_view word, Words& words, StageCommand& command) {
    const auto equals = std::min(word.find('='), word.size());
    const auto name = word.substr(0, equals);
    const auto found = std::ranges::find_if(chosen.values, [&](const ValueOption* option) {
        return option != nullptr && option->word == name;
    });
    if (found == chosen.values.end()) {
        return false;
    }
    std::string value;
    if (equals < word.size()) {
        value = word.substr(equals + 1);
    } else if (!words.done()) {
        value = words.take();
    }
    if (value.empty()) {
        return usage(concat({name, " needs a value: ", (*found)->metavariable}));
    }
    TRY((*found)->set(command, value));
    return true;
}

bool take_flag(const StageWord& chosen, std::string_view word, StageCommand& command) {
    const auto found = std::ranges::find_if(chosen.flags, [&](const FlagOption* option) {
        return option != nullptr && option->word == word;
    });
    if (found != chosen.flags.end()) {
        (*found)->set(command);
    }
    return found != chosen.flags.end();
}

Result<void> take_words(const StageWord& chosen, Words words, StageCommand& command) {
    bool verb_seen = false;
    while (!words.done()) {
        const auto word = words.take();
        const auto valued = TRY(take_value(chosen, word, words, command));
        if (valued || take_flag(chosen, word, command)) {
            continue;
        }
        if (!verb_seen && word == chosen.word) {
            verb_seen = true;
        } else if (chosen.takes_source && command.source.empty() && !word.empty() && !word.starts_with("-")) {
            command.source = word;
        } else {
            return usage(concat({chosen.word, " does not take \"", word, "\""}));
        }
    }
    return {};
}

}  // namespace

Result<StageCommand> parse_stage_command_line(std::span<char* const> arguments) {
    StageCommand command;
    const Words words(arguments);
    if (words.have("--version")) {
        command.verb = StageVerb::version;
        return command;
    }
    const auto verb = words.verb();
    const auto chosen = std::ranges::find(stage_words, verb, &StageWord::word);
    if (words.have("--help") || words.have("-h")) {
        command.common.help_text = chosen == stage_words.end() ? general_help() : help_for(*chosen);
        return command;
    }
    if (chosen == stage_words.end()) {
        return usage(
            verb.empty() ? std::string("a command is missing")
                         : concat({"there is no command \"", verb, "\""})
        );
    }
    command.verb = chosen->verb;
    TRY(take_words(*chosen, words, command));
    return command;
}

}  // namespace onload_node
