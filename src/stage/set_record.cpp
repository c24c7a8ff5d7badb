// SPDX-License-Identifier: BSD-2-Clause
#include "stage/set_record.hpp"

#include "base/text.hpp"
#include "base/toml.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"
#include "stage/parameters_form.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace onload_node {

namespace {

/// A module that no longer has a valid name is left out: its parameters decide nothing.
ModuleParameterSets read_parameters(const toml::table* table) {
    ModuleParameterSets parameters;
    for (const auto& [key, node] : table == nullptr ? toml::table() : *table) {
        if (const auto name = ModuleName::parse(key.str())) {
            parameters[*name] = parameters_from_toml(&node);
        }
    }
    return parameters;
}

/// The counter of failures; nothing if it is not one.
std::optional<unsigned> read_count(const toml::node* node) {
    const auto number = node == nullptr ? std::nullopt : node->value<std::int64_t>();
    const bool valid =
        number && *number >= 0 && *number <= std::numeric_limits<std::int32_t>::max();
    return valid ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

bool read_failed_parameters(FailedParameters& failed, const toml::table& table) {
    const auto times = read_count(table.get("times"));
    if (!times) {
        return false;
    }
    failed = {
        read_parameters(table["parameters"].as_table()),
        *times,
        table["boot-id"].value_or(std::string()),
        table["reason"].value_or(std::string())};
    return true;
}

/// Kernel and digest name a folder; of the rest a wrong one would be guessed at.
bool read_entry(SetEntry& entry, const toml::table& table) {
    const auto text = [&](std::string_view key) { return table[key].value_or(std::string()); };
    const auto failed = read_count(table.get("failed"));
    entry.kernel = text("kernel");
    entry.digest = text("digest");
    entry.source = text("source");
    entry.image = text("image");
    entry.confirmed = text("confirmed");
    entry.wanted = table["wanted"].value_or(false);
    entry.unfinished = table["unfinished"].value_or(false);
    entry.reason = text("reason");
    entry.parameters = read_parameters(table["parameters"].as_table());
    const auto* const others = table["failed-parameters"].as_table();
    if (!failed ||
        (others != nullptr && !read_failed_parameters(entry.failed_parameters, *others))) {
        return false;
    }
    entry.failed = *failed;
    return is_kernel_release(entry.kernel) && is_set_digest(entry.digest);
}

tl::unexpected<Error> damaged(std::string_view what) {
    return failure(ErrorCode::mismatch, compose("{}: {}", paths::sets_file, what));
}

toml::table to_toml(const ModuleParameterSets& parameters) {
    toml::table table;
    for (const auto& [name, values] : parameters) {
        table.insert(name.str(), parameters_to_toml(values));
    }
    return table;
}

toml::table to_toml(const SetEntry& entry) {
    toml::table table{
        {"kernel", entry.kernel},
        {"digest", entry.digest},
        {"source", entry.source},
        {"image", entry.image},
        {"confirmed", entry.confirmed},
        {"wanted", entry.wanted},
        {"unfinished", entry.unfinished},
        {"failed", static_cast<std::int64_t>(entry.failed)},
        {"reason", entry.reason},
        {"parameters", to_toml(entry.parameters)},
    };
    if (const auto& failed = entry.failed_parameters; failed.times > 0) {
        table.insert(
            "failed-parameters",
            toml::table{
                {"parameters", to_toml(failed.parameters)},
                {"times", static_cast<std::int64_t>(failed.times)},
                {"boot-id", failed.boot_id},
                {"reason", failed.reason},
            }
        );
    }
    return table;
}

}  // namespace

Result<SetRecord> read_set_record(const Files& files) {
    const auto text = files.read(paths::sets_file);
    if (!text) {
        return text.error().code == ErrorCode::not_found ? Result<SetRecord>(SetRecord())
                                                         : tl::unexpected(text.error());
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return damaged(document.error().description());
    }
    SetRecord record;
    const toml::array* const list = document.table()["set"].as_array();
    if (list == nullptr) {
        return damaged("it lists no sets");
    }
    for (const auto& node : *list) {
        const toml::table* const table = node.as_table();
        SetEntry entry;
        if (table == nullptr || !read_entry(entry, *table)) {
            return damaged("an entry is wrong");
        }
        record.push_back(std::move(entry));
    }
    return record;
}

Result<void> write_set_record(Files& files, const SetRecord& record) {
    toml::array list;
    for (const auto& entry : record) {
        list.push_back(to_toml(entry));
    }
    return files.write(paths::sets_file, toml_text(toml::table{{"set", std::move(list)}}));
}

}  // namespace onload_node
