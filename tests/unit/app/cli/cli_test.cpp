// SPDX-License-Identifier: BSD-2-Clause
#include "app/cli/cli.hpp"
#include "base/words.hpp"

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

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(CommandLine, TakesATargetForVerifyOnly) {
    const auto command = parse({"verify", "--kernel", "5.14.0-1", "--root=/mnt/node/", "--json"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->verb, Verb::verify);
    EXPECT_EQ(command->kernel, "5.14.0-1");
    EXPECT_EQ(command->root, "/mnt/node");
    EXPECT_FALSE(parse({"verify"})->root);
    EXPECT_TRUE(says(complaint({"plan", "--root", "/x"}), "does not take --root"));
    EXPECT_TRUE(says(complaint({"status", "--kernel=1"}), "not take --kernel"));
    EXPECT_TRUE(parse({"verify", "--pending"})->pending);
    EXPECT_TRUE(parse({"verify", "--pending", "--require-pending"})->require_pending);
    const auto gate = parse({"verify", "--for-release", "quay.io/a", "--modules=dir:/m"});
    ASSERT_TRUE(gate);
    EXPECT_EQ(gate->release, "quay.io/a");
    EXPECT_EQ(gate->modules, "dir:/m");
    EXPECT_TRUE(says(complaint({"plan", "--pending"}), "does not take"));
    EXPECT_TRUE(says(complaint({"verify", "--root"}), "--root needs a dir"));
    EXPECT_TRUE(says(complaint({"verify", "--for-release="}), "--for-release needs an image"));
    EXPECT_TRUE(says(complaint({"verify", "--kernel="}), "needs a kernel"));
    EXPECT_TRUE(says(complaint({"verify", "--kernel", "../x"}), "no kernel"));
}

TEST(CommandLine, TakesWhereABundleGoes) {
    EXPECT_EQ(parse({"diagnose"})->output, "");
    EXPECT_EQ(parse({"diagnose", "-o", "-"})->output, "-");
    EXPECT_EQ(parse({"-o", "/file", "diagnose"})->output, "/file");
    EXPECT_TRUE(says(complaint({"trees", "-o", "/file"}), "trees does not take -o"));
    EXPECT_TRUE(says(complaint({"diagnose", "-o"}), "-o needs a file"));
}

TEST(CommandLine, ReadsAnApplyThatOnlyPrints) {
    const auto command = parse({"apply", "--dry-run", "--live", "--json"});
    ASSERT_TRUE(command) << command.error().message;
    EXPECT_EQ(command->verb, Verb::apply);
    EXPECT_TRUE(command->dry_run && command->live && command->json);
}

TEST(CommandLine, TakesASourceAndEveryOptionOfStage) {
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

TEST(CommandLine, LeavesOpenWhatIsNotSaid) {
    const auto command = parse({"stage"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->source, "");
    EXPECT_FALSE(command->keep);
    EXPECT_FALSE(command->tls_verify);
    EXPECT_FALSE(command->root);
}

TEST(CommandLine, FindsTheCommandBehindAnOptionWithAValue) {
    EXPECT_EQ(parse({"--kernel", "6.1.0", "stage", "/d"})->kernel, "6.1.0");
    EXPECT_EQ(parse({"--root", "/x", "purge"})->verb, Verb::purge);
    EXPECT_EQ(parse({"--keep", "3", "stage"})->keep, 3U);
    EXPECT_EQ(parse({"--authfile", "stage", "stage"})->authfile, "stage");
}

TEST(CommandLine, RefusesWhatStagingDoesNotTake) {
    EXPECT_TRUE(says(complaint({"stage", "/a", "/b"}), "stage does not take \"/b\""));
    EXPECT_TRUE(says(complaint({"stage", "--json"}), "stage does not take \"--json\""));
    EXPECT_TRUE(says(complaint({"purge", "--keep=1"}), "purge does not take"));
    EXPECT_TRUE(says(complaint({"stage", "--keep=0"}), "1 to 100"));
    EXPECT_EQ(parse({"stage", "--use", "previous"})->use, "previous");
    EXPECT_EQ(parse({"stage", "--use=00ff"})->use, "00ff");
    EXPECT_TRUE(says(complaint({"stage", "--use=00f"}), "four digits of a digest"));
    EXPECT_TRUE(says(complaint({"stage", "--use=../x"}), "four digits of a digest"));
    EXPECT_TRUE(says(complaint({"stage", "--keep=2x"}), "\"2x\""));
    EXPECT_TRUE(says(complaint({"stage", "--keep"}), "--keep needs a number"));
    EXPECT_TRUE(says(complaint({"stage", "--tls-verify=no"}), "true or false"));
    EXPECT_TRUE(says(complaint({"stage", "--kernel=../x"}), "no kernel release"));
    EXPECT_TRUE(says(complaint({"stage", "--kernel=.."}), "no kernel release"));
}

TEST(CommandLine, HelpsEverywhere) {
    const auto general = parse({"--help"})->help_text;
    for (const auto verb : enumerators<Verb>) {
        const std::string word(to_string(verb));
        EXPECT_TRUE(says(general, "\n  " + word + " ")) << word;
        const auto command = parse({word, "--help"});
        ASSERT_TRUE(command);
        EXPECT_EQ(command->verb, Verb::help);
        EXPECT_TRUE(says(command->help_text, "onload-node " + word)) << word;
        EXPECT_TRUE(says(command->help_text, "Exit status")) << word;
        EXPECT_EQ(parse({word, "--version"})->verb, Verb::version);
    }
    for (const auto* const word :
         {"--kernel K", "--keep N", "--authfile FILE", "oci-archive:", "--config FILE"}) {
        EXPECT_TRUE(says(parse({"stage", "--help"})->help_text, word)) << word;
    }
    EXPECT_TRUE(says(complaint({"aply", "--help"}), "there is no command \"aply\""));
}

}  // namespace
}  // namespace onload_node
