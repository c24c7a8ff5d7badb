// SPDX-License-Identifier: BSD-2-Clause
#include "run/load_records.hpp"

#include "base/toml.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

namespace {

LoadRecord load_record_from(const toml::table& table) {
    LoadRecord record{
        table["sha256"].value_or(std::string()), table["build-id"].value_or(std::string()), {}};
    if (const toml::array* const list = table["parameters"].as_array()) {
        for (const auto& item : *list) {
            const toml::array* const pair = item.as_array();
            if (pair != nullptr && pair->size() == 2) {
                record.parameters.emplace_back(
                    (*pair)[0].value_or(std::string()), (*pair)[1].value_or(std::string())
                );
            }
        }
    }
    return record;
}

toml::table to_toml(const LoadRecord& record) {
    toml::array parameters;
    for (const auto& [name, value] : record.parameters) {
        parameters.push_back(toml::array{name, value});
    }
    return toml::table{
        {"sha256", record.sha256},
        {"build-id", record.build_id},
        {"parameters", std::move(parameters)},
    };
}

}  // namespace

std::map<ModuleName, LoadRecord> read_load_records(const Files& files) {
    std::map<ModuleName, LoadRecord> records;
    const auto text = files.read(std::string(paths::loaded_record));
    if (!text) {
        return records;
    }
    // A record that cannot be read counts as none: the build-ids decide.
    const auto document = toml::parse(*text);
    if (!document) {
        return records;
    }
    for (const auto& [key, node] : document.table()) {
        const auto name = ModuleName::parse(key.str());
        if (name && node.is_table()) {
            records[*name] = load_record_from(*node.as_table());
        }
    }
    return records;
}

Result<void> record_load(Files& files, const LoadModule& step) {
    auto records = read_load_records(files);
    records[step.name] = {step.sha256, step.build_id, step.parameters};
    toml::table document;
    for (const auto& [name, record] : records) {
        document.insert(name.str(), to_toml(record));
    }
    return files.write(std::string(paths::loaded_record), toml_text(document));
}

}  // namespace onload_node
