// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/tree_list.hpp"
#include "base/toml.hpp"

#include <gtest/gtest.h>

namespace onload_node::tree_list_test {
namespace {

TreeList two_trees() {
    TreeList list;
    ListedTree first;
    first.kernel = "5.14.0-1";
    first.directory = "/opt/lib/modules/5.14.0-1";
    first.bytes = 1536 * 1024;
    first.modules = {{"sfc", "5.3.16.1004"}, {"onload", "8.1.2.26"}};
    first.running = true;
    first.in_use = true;
    first.verdict = "passed";
    first.origin = {"quay.example/m:1", "sha256:ab"};
    SetEntry good;
    good.digest = std::string(64, 'a');
    good.source = "quay.example/m:1";
    good.confirmed = "2026-12-01T00:00:00Z";
    good.parameters[ModuleName::parse("sfc").value()] = {{"rss_cpus", "4"}};
    good.failed_parameters = {{}, 1, "boot-1", "rss_cpus is refused"};
    SetEntry bad;
    bad.digest = std::string(64, 'b');
    bad.source = "quay.example/m:2";
    bad.wanted = true;
    bad.failed = 2;
    bad.reason = "2 boots died";
    first.sets = {{good, true, true}, {bad, false, false}};
    ListedTree second;
    second.kernel = "5.14.0-2";
    second.directory = "/opt/lib/modules/5.14.0-2";
    second.bytes = 100;
    second.pending = true;
    second.verdict = "failed";
    second.why = "sfc.ko is for 5.14.0-1";
    list.trees = {first, second};
    list.record.programs = {{"sfptpd", {"quay.example/p:1", ""}}};
    list.record.libraries = {
        {"9.0.1-1a", "9.0.1", {"quay.example/u:1", ""}, ""},
        {"unknown-2b", "", {"quay.example/u:0", ""}, "boot 1"}};
    return list;
}

TEST(TreeList, SaysForEachTreeWhatItIs) {
    EXPECT_EQ(
        trees_text(two_trees()),
        "5.14.0-1  (running, in use)\n"
        "  in        /opt/lib/modules/5.14.0-1, 1.5 MiB\n"
        "  module    sfc             5.3.16.1004\n"
        "  module    onload          8.1.2.26\n"
        "  verified  would load\n"
        "  from      quay.example/m:1\n"
        "  digest    sha256:ab\n"
        "  set       aaaaaaaaaaaa  for the next boot, running, in the place of the wanted one; "
        "confirmed 2026-12-01T00:00:00Z; failed once with other parameters: rss_cpus is refused; "
        "from "
        "quay.example/m:1\n"
        "  set       bbbbbbbbbbbb  kept; not confirmed; failed 2 times: 2 boots died; from "
        "quay.example/m:2\n"
        "5.14.0-2  (pending)\n"
        "  in        /opt/lib/modules/5.14.0-2, 1 KiB\n"
        "  verified  would not load: sfc.ko is for 5.14.0-1\n"
        "user libraries 9.0.1 in /opt/onload/9.0.1-1a from quay.example/u:1\n"
        "user libraries of an unknown version in /opt/onload/unknown-2b from quay.example/u:0; "
        "until "
        "the next boot, for pods that have them\n"
        "program sfptpd            from quay.example/p:1\n"
    );
    EXPECT_EQ(trees_text({}), "nothing is staged\n");
}

TEST(TreeList, HasTheSameInJson) {
    const std::string json = trees_json(two_trees());
    for (const auto* const part :
         {R"("schema" : 3)",
          R"("kernel" : "5.14.0-1")",
          R"("bytes" : 1572864)",
          R"("version" : "5.3.16.1004")",
          R"("in_use" : true)",
          R"("verdict" : "failed")",
          R"("digest" : "sha256:ab")",
          R"("programs")",
          R"("folder" : "9.0.1-1a")",
          R"("current" : false)",
          R"("failed" : 2)",
          R"("rss_cpus" : "4")",
          R"("failed_parameters" : 1)",
          R"("in_place" : true)",
          R"("confirmed" : "2026-12-01T00:00:00Z")"}) {
        EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
    }
}

}  // namespace
}  // namespace onload_node::tree_list_test
