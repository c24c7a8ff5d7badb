// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/config/config_keys.hpp"
#include "app/inspect/config_help.hpp"
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace onload_node::config_help_test {
namespace {

Result<Config> with(const KeyHelp& key, std::string_view value) {
    return read_config({{"file.toml", compose("[{}]\n{} = {}\n", key.section, key.key, value)}});
}

TEST(ConfigHelp, IsThereForEachKeyThatIsRead) {
    const auto keys = config_keys();
    const auto help = config_help();
    ASSERT_EQ(help.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(help[i].section, keys[i].section);
        EXPECT_EQ(help[i].key, keys[i].key);
        EXPECT_FALSE(help[i].type.empty()) << help[i].key;
        EXPECT_TRUE(help[i].sentence.ends_with('.')) << help[i].key;
    }
}

/// The default is what a file with it gives, and the example is another value that is taken.
TEST(ConfigHelp, ShowsValuesThatAreRead) {
    const Config defaults;
    for (const auto& key : config_help()) {
        const auto value = key.show(defaults);
        if (!value.empty()) {
            const auto same = with(key, value);
            ASSERT_TRUE(same) << same.error().message;
            EXPECT_EQ(key.show(*same), value);
        }
        const auto other = with(key, key.example);
        ASSERT_TRUE(other) << key.key << ": " << other.error().message;
        EXPECT_NE(key.show(*other), value) << key.key;
        // What is shown is a file again.
        const auto again = with(key, key.show(*other));
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(key.show(*again), key.show(*other));
    }
}

TEST(ConfigHelp, ShowsWhatHasNoSimpleForm) {
    const auto config = read_config(
        {{"file.toml",
          "[driver.parameters]\nonload = { name = 'a\\b' }\n"
          "[stage.source]\n\"5.14\" = [\"a\", \"b\"]\n"
          "[limits]\nprobe = \"1500ms\"\nunload = \"2h\"\n"}}
    );
    ASSERT_TRUE(config) << config.error().message;
    const auto shown = [&](std::string_view name) {
        for (const auto& key : config_help()) {
            if (key.key == name) {
                return key.show(*config);
            }
        }
        return std::string();
    };
    EXPECT_NE(shown("parameters").find("name = \"a\\\\b\""), std::string::npos)
        << shown("parameters");
    EXPECT_EQ(shown("source"), "{ \"5.14\" = [\"a\", \"b\"] }");
    EXPECT_EQ(shown("probe"), "\"1500ms\"");
    EXPECT_EQ(shown("unload"), "\"2h\"");
}

TEST(ConfigTemplate, IsAFileOfDefaultsWithAndWithoutTheComments) {
    const Config defaults;
    std::string all = config_template();
    for (int uncommented = 0; uncommented < 2; ++uncommented) {
        const auto config = read_config({{"config.toml", all}});
        ASSERT_TRUE(config) << config.error().message << "\n" << all;
        for (const auto& key : config_help()) {
            const bool example = uncommented != 0 && key.show(defaults).empty();
            EXPECT_EQ(key.show(*config), example ? std::string(key.example) : key.show(defaults));
        }
        for (auto at = all.find("\n#"); at != std::string::npos; at = all.find("\n#", at + 1)) {
            if (all[at + 2] != ' ') {
                all.erase(at + 1, 1);
            }
        }
    }
}

}  // namespace
}  // namespace onload_node::config_help_test
