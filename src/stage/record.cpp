// SPDX-License-Identifier: BSD-2-Clause
#include "stage/record.hpp"

#include "base/toml.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <utility>

namespace onload_node {

namespace {

std::string text_of(const toml::table& table, std::string_view key) {
    return table[key].value_or(std::string());
}

void read_trees(StageRecord& record, const toml::table& document) {
    const toml::array* const trees = document["tree"].as_array();
    if (trees == nullptr) {
        return;
    }
    for (const auto& node : *trees) {
        const toml::table* const tree = node.as_table();
        if (tree == nullptr) {
            continue;
        }
        const std::string kernel = text_of(*tree, "kernel");
        if (!kernel.empty()) {
            record.set({kernel, text_of(*tree, "source"), text_of(*tree, "digest")});
        }
    }
}

/// Accepts only names of our programs, because `purge` may remove what the file lists.
void read_programs(StageRecord& record, const toml::table& document) {
    for (const auto name : paths::staged_programs) {
        const toml::array* const programs = document["programs"].as_array();
        if (programs != nullptr && std::ranges::any_of(*programs, [&](const toml::node& node) {
                return node.value_or(std::string()) == name;
            })) {
            record.programs.emplace_back(name);
        }
    }
}

}  // namespace

const TreeOrigin* StageRecord::find(const std::string& kernel) const {
    const auto found = std::ranges::find(trees, kernel, &TreeOrigin::kernel);
    return found == trees.end() ? nullptr : &*found;
}

void StageRecord::set(TreeOrigin origin) {
    forget(origin.kernel);
    trees.push_back(std::move(origin));
    std::ranges::sort(trees, {}, &TreeOrigin::kernel);
}

void StageRecord::forget(const std::string& kernel) {
    std::erase_if(trees, [&](const TreeOrigin& tree) { return tree.kernel == kernel; });
}

std::string read_user_version(const Files& files) {
    const auto text = files.read(paths::staged_record);
    if (!text) {
        return {};
    }
    const auto document = toml::parse(*text);
    return document ? text_of(document.table(), "user_version") : std::string();
}

StageRecord read_stage_record(const Files& files) {
    StageRecord record;
    const auto text = files.read(paths::staged_record);
    if (!text) {
        return record;
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return record;
    }
    read_trees(record, document.table());
    read_programs(record, document.table());
    record.user_source = text_of(document.table(), "user_source");
    record.user_version = text_of(document.table(), "user_version");
    return record;
}

Result<void> write_stage_record(Files& files, const StageRecord& record) {
    toml::array trees;
    for (const auto& tree : record.trees) {
        toml::table entry;
        entry.insert("kernel", tree.kernel);
        entry.insert("source", tree.source);
        entry.insert("digest", tree.digest);
        trees.push_back(std::move(entry));
    }
    toml::array programs;
    for (const auto& program : record.programs) {
        programs.push_back(program);
    }
    toml::table document;
    document.insert("programs", std::move(programs));
    document.insert("user_source", record.user_source);
    document.insert("user_version", record.user_version);
    document.insert("tree", std::move(trees));
    return files.write(paths::staged_record, toml_text(document));
}

}  // namespace onload_node
