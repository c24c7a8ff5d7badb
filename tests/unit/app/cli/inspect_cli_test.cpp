// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace onload_node::inspect_cli_test {
namespace {

Result<Command> parse(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    return parse_inspect_command_line(arguments);
}

std::string complaint(const std::vector<std::string>& words) {
    const auto command = parse(words);
    if (command) {
        return "accepted";
    }
    EXPECT_EQ(command.error().code, ErrorCode::usage);
    return command.error().message;
}

TEST(InspectCommandLine, TakesATargetForVerifyOnly) {
    const auto command = parse({"verify", "--kernel", "5.14.0-1", "--root=/mnt/node/", "--json"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->verb, Verb::verify);
    EXPECT_EQ(command->kernel, "5.14.0-1");
    EXPECT_EQ(command->root, "/mnt/node");
    EXPECT_FALSE(parse({"verify"})->root);
    EXPECT_NE(complaint({"plan", "--root", "/x"}).find("does not take --root"), std::string::npos);
    EXPECT_NE(complaint({"status", "--kernel=1"}).find("not take --kernel"), std::string::npos);
    EXPECT_TRUE(parse({"verify", "--pending"})->pending);
    EXPECT_NE(complaint({"plan", "--pending"}).find("does not take"), std::string::npos);
    EXPECT_NE(complaint({"verify", "--root"}).find("--root needs a dir"), std::string::npos);
    EXPECT_NE(complaint({"verify", "--kernel="}).find("needs a kernel"), std::string::npos);
    EXPECT_NE(complaint({"verify", "--kernel", "../x"}).find("no kernel"), std::string::npos);
}

TEST(InspectCommandLine, TakesWhereABundleGoes) {
    EXPECT_EQ(parse({"diagnose"})->output, "");
    EXPECT_EQ(parse({"diagnose", "-o", "-"})->output, "-");
    EXPECT_EQ(parse({"-o", "/file", "diagnose"})->output, "/file");
    EXPECT_NE(
        complaint({"trees", "-o", "/file"}).find("trees does not take -o"), std::string::npos
    );
    EXPECT_NE(complaint({"diagnose", "-o"}).find("-o needs a file"), std::string::npos);
}

TEST(InspectCommandLine, ReadsAnApplyThatOnlyPrints) {
    const auto command = parse({"apply", "--dry-run", "--live", "--json"});
    ASSERT_TRUE(command) << command.error().message;
    EXPECT_EQ(command->verb, Verb::apply);
    EXPECT_TRUE(command->dry_run && command->live && command->json);
}

TEST(InspectCommandLine, LeavesTheOtherCommandsToTheOthers) {
    for (const auto* const word : {"revert", "stage", "purge"}) {
        EXPECT_NE(complaint({word}).find("there is no command"), std::string::npos) << word;
    }
}

TEST(InspectCommandLine, HelpsEverywhere) {
    EXPECT_NE(parse({"--help"})->help_text.find("onload-node --help"), std::string::npos);
    for (const char* word : {"status", "plan", "verify", "nics", "trees", "diagnose"}) {
        const auto command = parse({word, "--help"});
        ASSERT_TRUE(command);
        EXPECT_EQ(command->verb, Verb::help);
        EXPECT_NE(command->help_text.find(std::string("onload-node ") + word), std::string::npos);
        EXPECT_NE(command->help_text.find("Exit status"), std::string::npos);
    }
    EXPECT_EQ(parse({"status", "--version"})->verb, Verb::version);
}

}  // namespace
}  // namespace onload_node::inspect_cli_test
