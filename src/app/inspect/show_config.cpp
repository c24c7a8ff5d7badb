// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/inspect/config_help.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output_parts.hpp"
#include "app/output/terminal.hpp"
#include "base/text.hpp"
#include "core/model/exit_status.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr std::int64_t keys_schema = 1;

/// The files that have the key, in the order in which they are read: of most keys the last one
/// counts.
std::vector<std::string> origins(const std::vector<ConfigText>& texts, const KeyHelp& key) {
    std::vector<std::string> files;
    for (const auto& text : texts) {
        const auto document = toml::parse(text.content, text.path);
        if (document && document.table()[key.section][key.key]) {
            files.push_back(text.path);
        }
    }
    return files;
}

/// Every file adds to these, none replaces what an earlier one has.
bool adds(const KeyHelp& key) {
    return key.key == "parameters" || (key.section == "names" && key.key == "port");
}

std::string origin_text(const std::vector<std::string>& files, const KeyHelp& key) {
    if (files.empty()) {
        return "default";
    }
    return adds(key) ? joined(files, ", ") : files.back();
}

std::string effective_text(const Config& config, const std::vector<ConfigText>& texts) {
    std::string text;
    std::string_view section;
    for (const auto& key : config_help()) {
        const auto value = key.show(config);
        if (value.empty()) {
            continue;
        }
        if (key.section != section) {
            section = key.section;
            text += compose("{}[{}]\n", text.empty() ? "" : "\n", section);
        }
        text += compose("{} = {}  # {}\n", key.key, value, origin_text(origins(texts, key), key));
    }
    return text;
}

std::string keys_json() {
    const Config defaults;
    toml::array list;
    for (const auto& key : config_help()) {
        toml::table entry;
        put(entry, "section", key.section);
        put(entry, "key", key.key);
        put(entry, "type", key.type);
        put(entry, "allowed", key.allowed);
        put(entry, "meaning", key.sentence);
        put(entry, "default", key.show(defaults));
        put(entry, "example", key.example);
        list.push_back(std::move(entry));
    }
    toml::table document;
    document.insert("schema", keys_schema);
    document.insert("keys", std::move(list));
    return to_json(document);
}

Result<int> check_files(const std::vector<std::string>& files) {
    std::vector<ConfigText> texts;
    for (const auto& file : files) {
        auto named = TRY(config_texts(file));
        std::ranges::move(named, std::back_inserter(texts));
    }
    static_cast<void>(TRY(read_config(texts)));
    for (const auto& file : files) {
        print(compose("ok: {}\n", file));
    }
    return exit_status::ok;
}

}  // namespace

Result<int> show_config(const Command& command) {
    if (command.as_template) {
        print(config_template());
        return exit_status::ok;
    }
    if (command.keys) {
        print(keys_json());
        return exit_status::ok;
    }
    if (!command.check.empty()) {
        return check_files(command.check);
    }
    const auto texts = TRY(config_texts(command.config, command.root.value_or("")));
    const auto config = TRY(read_config(texts));
    print(effective_text(config, texts));
    return exit_status::ok;
}

}  // namespace onload_node
