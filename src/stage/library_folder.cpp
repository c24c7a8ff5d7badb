// SPDX-License-Identifier: BSD-2-Clause
#include "stage/library_folder.hpp"

#include "base/toml.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

namespace {

std::string text_of(const toml::node_view<const toml::node>& node) {
    return node.value_or(std::string());
}

}  // namespace

bool is_library_folder(std::string_view name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos;
}

std::vector<LibraryFolder> read_library_folders(const Files& files) {
    std::vector<LibraryFolder> folders;
    const auto text = files.read(paths::staged_record);
    const auto document = toml::parse(text.value_or(""));
    if (!document) {
        return folders;
    }
    const auto& table = document.table();
    if (const toml::array* const list = table["libraries"].as_array()) {
        for (const auto& node : *list) {
            const toml::node_view<const toml::node> entry(node);
            auto folder = text_of(entry["folder"]);
            if (is_library_folder(folder)) {
                folders.push_back({std::move(folder), text_of(entry["version"])});
            }
        }
    }
    // What onload-node wrote before there were folders.
    if (table.contains("user_version")) {
        folders.push_back({"", text_of(table["user_version"])});
    }
    return folders;
}

}  // namespace onload_node
