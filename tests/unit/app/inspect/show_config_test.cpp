// SPDX-License-Identifier: BSD-2-Clause
// `onload-node config` as a program.
#include "core/model/exit_status.hpp"
#include "unit/app/inspect/run_program.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <string>

#include <gtest/gtest.h>

namespace onload_node::show_config_test {
namespace {

using fixture::run_program;

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class ConfigCommandTest : public testing::Test {
protected:
    [[nodiscard]] std::string file(const std::string& name) const { return root_.path("/" + name); }

    fixture::TemporaryDirectory root_;
};

TEST_F(ConfigCommandTest, ShowsWhatHoldsAndFromWhichFile) {
    root_.put("/etc/onload-node/config.toml", "[names]\nprefix = \"a\"\npolicy = \"sequential\"\n");
    root_.put("/etc/onload-node/config.d/10.toml", "[names]\nprefix = \"b\"\n");
    const auto shown = run_program("config --root " + root_.path());
    EXPECT_EQ(shown.status, exit_status::ok) << shown.text;
    EXPECT_TRUE(has(shown.text, "prefix = \"b\"  # " + file("etc/onload-node/config.d/10.toml")));
    EXPECT_TRUE(has(shown.text, "policy = \"sequential\"  # " + file("etc/onload-node/config.toml"))
    );
    EXPECT_TRUE(has(shown.text, "attempts = 2  # default\n")) << shown.text;
    // What it prints is a configuration.
    root_.put("/again.toml", shown.text);
    EXPECT_EQ(run_program("config --check " + file("again.toml")).status, exit_status::ok);
}

TEST_F(ConfigCommandTest, ChecksAFileBeforeItIsDelivered) {
    root_.put("/good.toml", "[guard]\nattempts = 3\n");
    root_.put("/bad.toml", "[guard]\nattempts = 0\nsettel = \"1s\"\n");
    const auto good = run_program("config --check " + file("good.toml"));
    EXPECT_EQ(good.status, exit_status::ok);
    EXPECT_EQ(good.text, "ok: " + file("good.toml") + "\n");
    const auto bad =
        run_program("config --check " + file("good.toml") + " --check " + file("bad.toml"));
    EXPECT_EQ(bad.status, exit_status::config);
    EXPECT_TRUE(has(bad.text, file("bad.toml") + ":2:12: ")) << bad.text;
    EXPECT_TRUE(has(bad.text, "settle")) << bad.text;
}

TEST_F(ConfigCommandTest, SaysWhatCannotBeChecked) {
    for (const std::string name : {"", "none.toml"}) {
        const auto ended = run_program("config --check " + file(name));
        EXPECT_EQ(ended.status, exit_status::config) << ended.text;
        EXPECT_TRUE(has(ended.text, "cannot be read")) << ended.text;
    }
    root_.put("/bytes.toml", std::string("\xff\xfe\0[", 4));
    EXPECT_EQ(run_program("config --check " + file("bytes.toml")).status, exit_status::config);
    EXPECT_EQ(run_program("config --check").status, exit_status::usage);
}

TEST_F(ConfigCommandTest, PrintsEveryKeyForOthers) {
    const auto keys = run_program("config --keys");
    EXPECT_TRUE(has(keys.text, "\"default\" : \"\\\"10min\\\"\"")) << keys.text;
    EXPECT_TRUE(has(run_program("config --template").text, "\n#keep = 2\n"));
}

}  // namespace
}  // namespace onload_node::show_config_test
