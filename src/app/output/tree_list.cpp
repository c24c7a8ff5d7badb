// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/tree_list.hpp"

#include "app/output/output_parts.hpp"
#include "base/text.hpp"

namespace onload_node {

namespace {

constexpr std::int64_t trees_schema = 1;
constexpr std::uint64_t kibibyte = 1024;

/// "812 KiB"; "3.4 MiB".
std::string size_text(std::uint64_t bytes) {
    const auto kib = (bytes + kibibyte - 1) / kibibyte;
    if (kib < kibibyte) {
        return std::to_string(kib) + " KiB";
    }
    const auto tenths = kib * 10 / kibibyte;
    return compose("{}.{} MiB", std::to_string(tenths / 10), std::to_string(tenths % 10));
}

std::string marks(const ListedTree& tree) {
    std::vector<std::string> marks;
    if (tree.running) {
        marks.emplace_back("running");
    }
    if (tree.pending) {
        marks.emplace_back("pending");
    }
    if (tree.in_use) {
        marks.emplace_back("in use");
    }
    std::string text;
    for (const auto& mark : marks) {
        text += (text.empty() ? "  (" : ", ") + mark;
    }
    return text.empty() ? "" : text + ")";
}

std::string verdict_text(const ListedTree& tree) {
    if (tree.verdict == "passed") {
        return "would load";
    }
    return (tree.verdict == "failed" ? "would not load: " : "not verifiable here: ") + tree.why;
}

toml::table tree_json(const ListedTree& tree) {
    toml::array modules;
    for (const auto& [name, version] : tree.modules) {
        toml::table module;
        put(module, "name", name);
        put(module, "version", version);
        modules.push_back(std::move(module));
    }
    toml::table table;
    put(table, "kernel", tree.kernel);
    put(table, "directory", tree.directory);
    table.insert("bytes", static_cast<std::int64_t>(tree.bytes));
    table.insert("modules", std::move(modules));
    table.insert("running", tree.running);
    table.insert("pending", tree.pending);
    table.insert("in_use", tree.in_use);
    put(table, "verdict", tree.verdict);
    put(table, "why", tree.why);
    put(table, "source", tree.origin.source);
    put(table, "digest", tree.origin.digest);
    return table;
}

}  // namespace

std::string trees_text(const TreeList& list) {
    std::string text = list.trees.empty() ? "nothing is staged\n" : "";
    for (const auto& tree : list.trees) {
        text += compose("{}{}\n", tree.kernel, marks(tree));
        text += compose("  in        {}, {}\n", tree.directory, size_text(tree.bytes));
        for (const auto& [name, told] : tree.modules) {
            text += compose("  module    {}{}\n", column(name, 16), told);
        }
        text += compose("  verified  {}\n", verdict_text(tree));
        if (!tree.origin.source.empty()) {
            text += compose("  from      {}\n", tree.origin.source);
        }
        if (!tree.origin.digest.empty()) {
            text += compose("  digest    {}\n", tree.origin.digest);
        }
    }
    if (!list.record.user_source.empty()) {
        const auto& told = list.record.user_version;
        text += compose(
            "user libraries {} from {}\n",
            told.empty() ? "of an unknown version" : told,
            list.record.user_source
        );
    }
    if (!list.record.programs.empty()) {
        text += compose("programs {}\n", join(list.record.programs));
    }
    return text;
}

std::string trees_json(const TreeList& list) {
    toml::array trees;
    for (const auto& tree : list.trees) {
        trees.push_back(tree_json(tree));
    }
    toml::table user;
    put(user, "source", list.record.user_source);
    put(user, "version", list.record.user_version);
    toml::table document;
    document.insert("schema", trees_schema);
    document.insert("trees", std::move(trees));
    document.insert("user_libraries", std::move(user));
    document.insert("programs", texts(list.record.programs));
    return to_json(document);
}

}  // namespace onload_node
