// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

Result<Config> read(const std::string& content) {
    return read_config({{"config.toml", content}});
}

std::string complaint(const std::string& content) {
    const auto config = read(content);
    return config ? "accepted" : config.error().message;
}

TEST(ConfigFile, AnEmptyFileIsTheDefault) {
    const auto config = read("");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->driver.tree, "/opt");
    EXPECT_EQ(config->driver.load.size(), 2U);
    EXPECT_EQ(config->names.policy, NamePolicy::preserve);
    EXPECT_EQ(config->limits.probe, Milliseconds(30'000));
}

TEST(ConfigFile, ReadsEveryKeyOfTheDesign) {
    const auto config = read(R"(
[driver]
tree = "/var/opt"
replace = ["sfc"]
load = ["sfc", "onload"]
activate = "always"
pins = "/etc/pins"
signature = "always"
vermagic = "exact"
[driver.parameters]
sfc = { performance_profile = "throughput", rss_cpus = "cores" }
onload = { cplane_init_timeout = 20, phys_mode = true }
[names]
policy = "explicit"
prefix = "port"
[[names.port]]
match = { pci = "0000:3b:00.0" }
name = "sf0"
[[names.port]]
match = { mac = "00:0f:53:01:02:03" }
name = "sf1"
[time]
daemon = ""
displace = []
[guard]
attempts = 3
settle = "90s"
[stage]
source = "registry/x:v1"
authfile = "/auth"
tls_verify = false
then = "now"
keep = 4
[publish]
cdi = false
nfd = false
[limits]
unload = "5s"
probe = "1min"
)");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->driver.tree, "/var/opt");
    EXPECT_EQ(config->driver.activate, Activate::always);
    EXPECT_EQ(config->driver.pins, "/etc/pins");
    EXPECT_EQ(config->driver.signature, SignatureCheck::always);
    EXPECT_EQ(config->driver.vermagic, VermagicCheck::exact);
    const auto& sfc = config->driver.parameters.at(ModuleName::parse("sfc").value());
    EXPECT_EQ(
        sfc, (ModuleParameters{{"performance_profile", "throughput"}, {"rss_cpus", "cores"}})
    );
    const auto& onload = config->driver.parameters.at(ModuleName::parse("onload").value());
    EXPECT_EQ(onload.at(0).first, "cplane_server_path") << "a table merges with the default";
    EXPECT_EQ(onload.at(1), (std::pair<std::string, std::string>("cplane_init_timeout", "20")));
    EXPECT_EQ(onload.at(2), (std::pair<std::string, std::string>("phys_mode", "1")));
    EXPECT_EQ(config->names.policy, NamePolicy::explicit_only);
    EXPECT_EQ(config->names.prefix, "port");
    ASSERT_EQ(config->names.ports.size(), 2U);
    EXPECT_EQ(config->names.ports[0].position.to_string(), "config.toml:16:1");
    EXPECT_TRUE(std::holds_alternative<MacAddress>(config->names.ports[1].match));
    EXPECT_EQ(config->time.daemon, "");
    EXPECT_TRUE(config->time.displace.empty());
    EXPECT_EQ(config->guard.attempts, 3U);
    EXPECT_EQ(config->guard.settle, Milliseconds(90'000));
    EXPECT_EQ(config->stage.sources, std::vector<std::string>{"registry/x:v1"});
    EXPECT_EQ(config->stage.authfile, "/auth");
    EXPECT_FALSE(config->stage.tls_verify);
    EXPECT_EQ(config->stage.then, AfterStaging::now);
    EXPECT_EQ(config->stage.keep, 4U);
    EXPECT_FALSE(config->publish.cdi);
    EXPECT_FALSE(config->publish.nfd);
    EXPECT_EQ(config->limits.unload, Milliseconds(5'000));
    EXPECT_EQ(config->limits.probe, Milliseconds(60'000));
}

TEST(ConfigFile, TakesOneSourceOrSeveral) {
    using Sources = std::vector<std::string>;
    const auto sources = [](const std::string& value) {
        const auto config = read_config({{"c", "[stage]\nsource = " + value + "\n"}});
        return config ? config->stage.sources : Sources{config.error().message};
    };
    EXPECT_EQ(sources("'a'"), Sources{"a"});
    EXPECT_EQ(sources("['a', 'b']"), (Sources{"a", "b"}));
    EXPECT_EQ(sources("''"), Sources{}) << "none";
    EXPECT_NE(sources("7").front().find("stage.source must be a"), std::string::npos);
    EXPECT_NE(sources("['a', 7]").front().find("a list of texts only"), std::string::npos);
}

TEST(ConfigFile, TakesSourcesForEachKernel) {
    using Table = std::map<std::string, std::vector<std::string>>;
    const std::string first = "[stage.source]\n\"5.14.0-1.x86_64+rt\" = \"host/m@sha256:1\"\n";
    const auto one = read_config({{"a", first}});
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->stage.sources_by_kernel, (Table{{"5.14.0-1.x86_64+rt", {"host/m@sha256:1"}}}));
    const std::string second =
        "[stage.source]\n\"5.14.0-1.x86_64+rt\" = \"host/n\"\n\"6.12.0-2\" = ['a', 'b']\n";
    const auto both = read_config({{"a", first}, {"b", second}});
    EXPECT_EQ(
        both->stage.sources_by_kernel,
        (Table{{"5.14.0-1.x86_64+rt", {"host/n"}}, {"6.12.0-2", {"a", "b"}}})
    );
    const std::string text = "[stage]\nsource = 'a'\n";
    EXPECT_FALSE(read_config({{"a", first}, {"b", text}})->stage.sources_by_kernel);
    EXPECT_TRUE(read_config({{"a", text}, {"b", first}})->stage.sources.empty());
}

TEST(ConfigFile, DropInsMergeReplaceAndAppend) {
    const auto config = read_config({
        {"config.toml",
         "[time]\ndaemon = \"a.service\"\ndisplace = [\"x.service\"]\n[[names.port]]\nmatch = { "
         "pci = \"08:00.0\" }\nname = \"sf0\"\n"},
        {"config.d/10.toml",
         "[time]\ndisplace = [\"y.service\"]\n[[names.port]]\nmatch = { pci = \"08:00.1\" }\nname "
         "= \"sf1\"\n"},
    });
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->time.daemon, "a.service");
    EXPECT_EQ(config->time.displace, std::vector<std::string>{"y.service"});
    EXPECT_EQ(config->names.ports.size(), 2U);
}

struct Bad {
    const char* content;
    const char* beginning;
    const char* contains;
};

class BadConfig : public testing::TestWithParam<Bad> {};

TEST_P(BadConfig, SaysWhereAndWhat) {
    const auto text = complaint(GetParam().content);
    EXPECT_EQ(text.find(GetParam().beginning), 0U) << text;
    EXPECT_NE(text.find(GetParam().contains), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Each,
    BadConfig,
    testing::Values(
        Bad{"[driver\n", "config.toml:1:", ""},
        Bad{"[driver]\ntreee = \"/opt\"\n",
            "config.toml:2:1: there is no key \"driver.treee\"",
            "did you mean \"tree\"?"},
        Bad{"[drivr]\n", "config.toml:1:2: there is no key \"drivr\"", "did you mean \"driver\"?"},
        Bad{"[driver]\ntree = 3\n", "config.toml:2:8: driver.tree must be a text", ""},
        Bad{"[driver]\ntree = \"opt\"\n",
            "config.toml:2:8: driver.tree must be an absolute path",
            ""},
        Bad{"[driver]\nload = [\"onload\"]\n",
            "config.toml:2:8: driver.load must name \"sfc\"",
            "no driver"},
        Bad{"[driver]\nload = \"sfc\"\n", "config.toml:2:8: driver.load must be a list", ""},
        Bad{"[driver]\nload = [\"s fc\"]\n",
            "config.toml:2:8: driver.load",
            "not the name of a kernel module"},
        Bad{"[driver]\nactivate = \"with-nik\"\n",
            "config.toml:2:12: driver.activate must be one of",
            "did you mean \"with-nic\"?"},
        Bad{"[driver.parameters]\nsfc = 3\n",
            "config.toml:2:7: driver.parameters.sfc must be a table",
            ""},
        Bad{"[driver.parameters.sfc]\nx = [1]\n", "config.toml:2:5: driver.parameters.sfc.x", ""},
        Bad{"[driver.parameters.sfc]\nx = 'a\"b'\n",
            "config.toml:2:5: driver.parameters.sfc.x",
            "printable"},
        Bad{"[names]\nprefix = \"eth\"\n", "config.toml:2:10: names.prefix", "kernel"},
        Bad{"[[names.port]]\nmatch = { pci = \"08:00.0\" }\nname = \"sixteen-letters0\"\n",
            "config.toml:3:8: names.port.name",
            "16 characters"},
        Bad{"[[names.port]]\nmatch = { pci = \"08:00\" }\nname = \"sf0\"\n",
            "config.toml:2:17: names.port.match.pci",
            "PCI address"},
        Bad{"[[names.port]]\nmatch = { mac = \"08:00\" }\nname = \"sf0\"\n",
            "config.toml:2:17: names.port.match.mac",
            "MAC address"},
        Bad{"[[names.port]]\nname = \"sf0\"\n", "config.toml:1:1: a [[names.port]] needs", "match"},
        Bad{"[[names.port]]\nmatch = { pci = \"08:00.0\", mac = \"00:0f:53:01:02:03\" }\nname = "
            "\"sf0\"\n",
            "config.toml:2:9: a [[names.port]] needs",
            "one of the two"},
        Bad{"[[names.port]]\nmatch = { pci = \"08:00.0\" }\nname = \"sf0\"\n[[names.port]]\nmatch "
            "= { pci = \"08:00.1\" }\nname = \"sf0\"\n",
            "config.toml:4:1: the name \"sf0\" for 0000:08:00.1 is taken",
            "config.toml:1:1"},
        Bad{"[names]\nport = 3\n", "config.toml:2:8: names.port must be a list of tables", ""},
        Bad{"[time]\ndaemon = \"sfptpd\"\n",
            "config.toml:2:10: time.daemon must be a unit",
            "sfptpd.service"},
        Bad{"[guard]\nattempts = 0\n",
            "config.toml:2:12: guard.attempts must be a whole number from 1 to 100",
            ""},
        Bad{"[guard]\nattempts = 2.5\n",
            "config.toml:2:12: guard.attempts must be a whole number",
            ""},
        Bad{"[guard]\nsettle = 60\n", "config.toml:2:10: guard.settle must be a duration", ""},
        Bad{"[limits]\nprobe = \"-3s\"\n", "config.toml:2:9: limits.probe", "negative"},
        Bad{"[stage]\ntls_verify = \"no\"\n",
            "config.toml:2:14: stage.tls_verify must be true or false",
            ""},
        Bad{"[stage.source]\n5.14.0-1 = \"a\"\n",
            "config.toml:2:1: stage.source.5 is a table",
            "stands in quotes"},
        Bad{"[stage.source]\n\"5.14 0\" = \"a\"\n",
            "config.toml:2:12: stage.source.5.14 0: ",
            "no kernel's name"},
        Bad{"[stage.source]\n\"5.14.0-1\" = 7\n",
            "config.toml:2:14: stage.source.5.14.0-1 must be",
            ""},
        Bad{"[stage]\ntls-verify = true\n",
            "config.toml:2:1: there is no key \"stage.tls-verify\"",
            "tls_verify"}
    )
);

TEST(ConfigFile, TellsAllComplaintsAtOnce) {
    const auto text = complaint("[guard]\nattempts = 0\n[limits]\nprobe = \"x\"\n");
    EXPECT_NE(text.find("config.toml:2:12"), std::string::npos) << text;
    EXPECT_NE(text.find("\nconfig.toml:4:9"), std::string::npos) << text;
}

/// What editors, package managers and administrators leave there; none of it is configuration.
TEST(ConfigFile, PassesOverWhatOtherToolsLeave) {
    namespace fs = std::filesystem;
    const fixture::TemporaryDirectory root;
    const std::string parts = "/etc/onload-node/config.d/";
    root.put(parts + "10-names.toml", "[names]\n");
    for (const auto* const left :
         {".10-names.toml.swp",
          ".hidden.toml",
          "10-names.toml~",
          "10-names.toml.rpmnew",
          "#10-names.toml#"}) {
        root.put(parts + left, "rubbish");
    }
    fs::create_symlink("nobody@nowhere.4711:1", root.path(parts + ".#10-names.toml"));
    fs::create_symlink("/dev/null", root.path(parts + "20-masked.toml"));
    fs::create_directory(root.path(parts + "30-folder.toml"));
    const auto texts = config_texts("", root.path());
    ASSERT_TRUE(texts) << texts.error().message;
    ASSERT_EQ(texts->size(), 1U);
    EXPECT_EQ(texts->front().content, "[names]\n");
}

TEST(ConfigFile, AFileThatSomebodyNamesMustBeThere) {
    const auto texts = config_texts("/nonexistent/onload-node.toml");
    ASSERT_FALSE(texts);
    EXPECT_EQ(texts.error().code, ErrorCode::config);
}

}  // namespace
}  // namespace onload_node
