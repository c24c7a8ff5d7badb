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
    EXPECT_EQ(parse({"status", "--json", "--config=/a"})->config, "/a");
    EXPECT_TRUE(parse({"--json", "plan"})->json);
}

TEST(CommandLine, RefusesWhatACommandDoesNotTake) {
    EXPECT_NE(
        complaint({"status", "--live"}).find("status does not take \"--live\""), std::string::npos
    );
    EXPECT_NE(complaint({"apply", "now"}).find("apply does not take \"now\""), std::string::npos);
    EXPECT_NE(complaint({"aply"}).find("there is no command \"aply\""), std::string::npos);
    EXPECT_NE(complaint({}).find("a command is missing"), std::string::npos);
    EXPECT_NE(complaint({"--frob"}).find("there is no option --frob"), std::string::npos);
    EXPECT_NE(complaint({"apply", "--config"}).find("--config needs a file"), std::string::npos);
    EXPECT_NE(complaint({"apply", "--config="}).find("--config needs a file"), std::string::npos);
}

TEST(CommandLine, HandsStagingOver) {
    EXPECT_EQ(parse({"stage", "--keep", "3", "/source"})->verb, Verb::hand_over);
    EXPECT_EQ(parse({"--config", "/c", "trees", "--help"})->verb, Verb::hand_over);
    EXPECT_EQ(parse({"purge", "--version"})->verb, Verb::hand_over);
    EXPECT_EQ(parse({"verify", "--pending", "--json"})->verb, Verb::hand_over);
    EXPECT_EQ(parse({"verify", "--json"})->verb, Verb::verify);
    EXPECT_NE(complaint({"plan", "--pending"}).find("does not take"), std::string::npos);
    const auto help = parse({"--help"})->help_text;
    for (const auto* const word : {"  stage ", "  trees ", "  purge ", "  diagnose "}) {
        EXPECT_NE(help.find(word), std::string::npos) << word;
    }
}

TEST(CommandLine, TakesATargetForVerifyOnly) {
    const auto command = parse({"verify", "--kernel", "5.14.0-1", "--root=/mnt/node/", "--json"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->verb, Verb::verify);
    EXPECT_EQ(command->kernel, "5.14.0-1");
    EXPECT_EQ(command->root, "/mnt/node");
    EXPECT_FALSE(parse({"verify"})->root);
    EXPECT_NE(complaint({"plan", "--root", "/x"}).find("does not take --root"), std::string::npos);
    EXPECT_NE(complaint({"apply", "--kernel=1"}).find("not take --kernel"), std::string::npos);
    EXPECT_NE(complaint({"verify", "--root"}).find("--root needs a dir"), std::string::npos);
    EXPECT_NE(complaint({"verify", "--kernel="}).find("needs a kernel"), std::string::npos);
    EXPECT_NE(complaint({"verify", "--kernel", "../x"}).find("no kernel"), std::string::npos);
}

TEST(CommandLine, HelpsEverywhere) {
    EXPECT_NE(parse({"--help"})->help_text.find("revert"), std::string::npos);
    for (const char* word :
         {"apply",
          "plan",
          "status",
          "verify",
          "revert",
          "recover",
          "confirm",
          "reset",
          "refresh",
          "time-fallback"}) {
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
