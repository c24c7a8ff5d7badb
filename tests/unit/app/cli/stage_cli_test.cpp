// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace onload_node::stage_cli_test {
namespace {

Result<Command> parse(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    return parse_stage_command_line(arguments);
}

std::string complaint(const std::vector<std::string>& words) {
    const auto command = parse(words);
    if (command) {
        return "accepted";
    }
    EXPECT_EQ(command.error().code, ErrorCode::usage);
    return command.error().message;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(StageCommandLine, TakesASourceAndEveryOption) {
    const auto command = parse(
        {"--config=/c.toml",
         "stage",
         "oci-archive:/m.tar",
         "--kernel",
         "5.14.0-1",
         "--keep=3",
         "--authfile",
         "/a.json",
         "--tls-verify=false",
         "--root",
         "/host/",
         "--retry"}
    );
    ASSERT_TRUE(command) << command.error().message;
    EXPECT_EQ(command->verb, Verb::stage);
    EXPECT_EQ(command->source, "oci-archive:/m.tar");
    EXPECT_EQ(command->kernel, "5.14.0-1");
    EXPECT_EQ(command->keep, 3U);
    EXPECT_EQ(command->authfile, "/a.json");
    EXPECT_EQ(command->tls_verify, std::optional(false));
    EXPECT_EQ(command->root, "/host");
    EXPECT_EQ(command->config, "/c.toml");
    EXPECT_TRUE(command->retry);
}

TEST(StageCommandLine, LeavesOpenWhatIsNotSaid) {
    const auto command = parse({"stage"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->source, "");
    EXPECT_FALSE(command->keep);
    EXPECT_FALSE(command->tls_verify);
    EXPECT_FALSE(command->root);
}

TEST(StageCommandLine, FindsTheCommandBehindAnOption) {
    EXPECT_EQ(parse({"--kernel", "6.1.0", "stage", "/d"})->kernel, "6.1.0");
    EXPECT_EQ(parse({"--root", "/x", "purge"})->verb, Verb::purge);
}

TEST(StageCommandLine, RefusesWhatItDoesNotTake) {
    EXPECT_TRUE(says(complaint({"stage", "/a", "/b"}), "stage does not take \"/b\""));
    EXPECT_TRUE(says(complaint({"stage", "--json"}), "stage does not take \"--json\""));
    EXPECT_TRUE(says(complaint({"trees"}), "there is no command \"trees\""));
    EXPECT_TRUE(says(complaint({"purge", "--keep=1"}), "purge does not take"));
    EXPECT_TRUE(says(complaint({"stage", "--keep=0"}), "1 to 100"));
    EXPECT_TRUE(says(complaint({"stage", "--keep=2x"}), "\"2x\""));
    EXPECT_TRUE(says(complaint({"stage", "--keep"}), "--keep needs a value: N"));
    EXPECT_TRUE(says(complaint({"stage", "--tls-verify=no"}), "true or false"));
    EXPECT_TRUE(says(complaint({"stage", "--kernel=../x"}), "no kernel release"));
    EXPECT_TRUE(says(complaint({"stage", "--kernel=.."}), "no kernel release"));
    EXPECT_TRUE(says(complaint({"stag"}), "there is no command \"stag\""));
    EXPECT_TRUE(says(complaint({}), "a command is missing"));
}

TEST(StageCommandLine, HelpsAndTellsItsVersion) {
    const auto help = parse({"stage", "--help"});
    ASSERT_TRUE(help);
    EXPECT_EQ(help->verb, Verb::help);
    for (const auto* const word :
         {"--kernel K", "--keep N", "--authfile FILE", "oci-archive:", "Exit status"}) {
        EXPECT_TRUE(says(help->help_text, word)) << word;
    }
    EXPECT_TRUE(says(parse({"--help"})->help_text, "onload-node purge --help"));
    EXPECT_EQ(parse({"stage", "--version"})->verb, Verb::version);
}

}  // namespace
}  // namespace onload_node::stage_cli_test
