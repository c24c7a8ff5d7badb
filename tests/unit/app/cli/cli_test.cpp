// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

Result<Command> parse(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    return parse_command_line(arguments);
}

std::string complaint(const std::vector<std::string>& words) {
    const auto command = parse(words);
    if (command) {
        return "accepted";
    }
    EXPECT_EQ(command.error().code, ErrorCode::usage);
    return command.error().message;
}

TEST(CommandLine, FindsCommandAndOptionsInAnyOrder) {
    const auto command = parse({"--config", "/tmp/x.toml", "apply", "--live"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->verb, Verb::apply);
    EXPECT_EQ(command->config, "/tmp/x.toml");
    EXPECT_TRUE(command->live);
    EXPECT_FALSE(command->dry_run);
    EXPECT_EQ(parse({"confirm", "--shutdown", "--config=/a"})->config, "/a");
    EXPECT_TRUE(parse({"--live", "revert"})->live);
}

TEST(CommandLine, RefusesWhatACommandDoesNotTake) {
    EXPECT_NE(
        complaint({"refresh", "--live"}).find("refresh does not take \"--live\""), std::string::npos
    );
    EXPECT_NE(complaint({"apply", "now"}).find("apply does not take \"now\""), std::string::npos);
    EXPECT_NE(complaint({"aply"}).find("there is no command \"aply\""), std::string::npos);
    EXPECT_NE(complaint({}).find("a command is missing"), std::string::npos);
    EXPECT_NE(complaint({"--frob"}).find("there is no option --frob"), std::string::npos);
    EXPECT_NE(complaint({"apply", "--config"}).find("--config needs a file"), std::string::npos);
    EXPECT_NE(complaint({"apply", "--config="}).find("--config needs a file"), std::string::npos);
}

std::string_view reader(const std::vector<std::string>& words) {
    const auto command = parse(words);
    return command && command->verb == Verb::hand_over ? command->program : std::string_view();
}

TEST(CommandLine, HandsOverWhatAnotherProgramDoes) {
    EXPECT_EQ(reader({"stage", "--keep", "3", "/source"}), "onload-node-stage");
    EXPECT_EQ(reader({"purge", "--version"}), "onload-node-stage");
    EXPECT_EQ(reader({"--config", "/c", "trees", "--help"}), "onload-node-inspect");
    EXPECT_EQ(reader({"--root", "/r", "verify", "--pending"}), "onload-node-inspect");
    EXPECT_EQ(reader({"status", "--frob"}), "onload-node-inspect");
    EXPECT_EQ(reader({"apply", "--dry-run"}), "onload-node-inspect");
    EXPECT_EQ(reader({"apply", "--live"}), "");
    const auto help = parse({"--help"})->help_text;
    for (const auto* const word :
         {"  status ", "  stage ", "  trees ", "  purge ", "  diagnose "}) {
        EXPECT_NE(help.find(word), std::string::npos) << word;
    }
}

TEST(CommandLine, HelpsEverywhere) {
    EXPECT_NE(parse({"--help"})->help_text.find("revert"), std::string::npos);
    for (const char* word :
         {"apply", "revert", "recover", "confirm", "reset", "refresh", "time-fallback"}) {
        const auto command = parse({word, "--help"});
        ASSERT_TRUE(command);
        EXPECT_EQ(command->verb, Verb::help);
        EXPECT_NE(command->help_text.find(std::string("onload-node ") + word), std::string::npos);
        EXPECT_NE(command->help_text.find("Exit status"), std::string::npos);
    }
    EXPECT_EQ(parse({"apply", "--version"})->verb, Verb::version);
}

}  // namespace
}  // namespace onload_node
