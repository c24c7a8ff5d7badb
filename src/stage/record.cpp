// SPDX-License-Identifier: BSD-2-Clause
#include "stage/record.hpp"

#include "base/text.hpp"
#include "base/toml.hpp"
#include "core/model/paths.hpp"
#include "stage/library_folder.hpp"

#include <algorithm>
#include <utility>

namespace onload_node {

namespace {

std::string text_of(const toml::table& table, std::string_view key) {
    return table[key].value_or(std::string());
}

StagedFrom from_of(const toml::table& table) {
    return {text_of(table, "source"), text_of(table, "digest")};
}

/// Calls `take` with each table of an array.
template <typename Take>
void each_table(const toml::table& document, std::string_view key, Take take) {
    const toml::array* const list = document[key].as_array();
    if (list == nullptr) {
        return;
    }
    for (const auto& node : *list) {
        if (const toml::table* const table = node.as_table()) {
            take(*table);
        }
    }
}

/// Accepts only names of our programs, because `purge` may remove what the file lists.
void read_program(StageRecord& record, std::string name, StagedFrom from) {
    if (contains(paths::staged_programs, name)) {
        record.set(StagedProgram{std::move(name), std::move(from)});
    }
}

/// What onload-node wrote before it kept several sources and several folders of libraries.
void read_older_form(StageRecord& record, const toml::table& document) {
    if (const toml::array* const names = document["programs"].as_array()) {
        for (const auto& node : *names) {
            read_program(record, node.value_or(std::string()), {});
        }
    }
    if (!document.contains("from")) {
        for (const auto& tree : record.trees) {
            record.set(tree.from);
        }
    }
    const auto version = text_of(document, "user_version");
    const auto source = text_of(document, "user_source");
    if (!source.empty()) {
        record.libraries.push_back({"", version, {source, ""}, ""});
    }
}

toml::table entry_of(std::string_view key, const std::string& name, const StagedFrom& from) {
    toml::table entry;
    if (!key.empty()) {
        entry.insert(key, name);
    }
    entry.insert("source", from.source);
    entry.insert("digest", from.digest);
    return entry;
}

toml::array libraries_of(const StageRecord& record) {
    toml::array libraries;
    for (const auto& each : record.libraries) {
        auto entry = entry_of("folder", each.folder, each.from);
        entry.insert("version", each.version);
        entry.insert("retired", each.retired);
        libraries.push_back(std::move(entry));
    }
    return libraries;
}

}  // namespace

const TreeOrigin* StageRecord::find(const std::string& kernel) const {
    const auto found = std::ranges::find(trees, kernel, &TreeOrigin::kernel);
    return found == trees.end() ? nullptr : &*found;
}

const StagedLibraries* StageRecord::current_libraries() const {
    return libraries.empty() || !libraries.front().retired.empty() ? nullptr : &libraries.front();
}

const StagedFrom* StageRecord::find_source(const std::string& source) const {
    const auto found = std::ranges::find(sources, source, &StagedFrom::source);
    return found == sources.end() ? nullptr : &*found;
}

void StageRecord::set(TreeOrigin origin) {
    forget(origin.kernel);
    trees.push_back(std::move(origin));
    std::ranges::sort(trees, {}, &TreeOrigin::kernel);
}

void StageRecord::set(StagedProgram program) {
    std::erase_if(programs, [&](const auto& other) { return other.name == program.name; });
    programs.push_back(std::move(program));
    std::ranges::sort(programs, {}, &StagedProgram::name);
}

void StageRecord::set(StagedFrom source) {
    std::erase_if(sources, [&](const auto& other) { return other.source == source.source; });
    sources.push_back(std::move(source));
}

void StageRecord::forget(const std::string& kernel) {
    std::erase_if(trees, [&](const TreeOrigin& tree) { return tree.kernel == kernel; });
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
    each_table(document.table(), "tree", [&](const toml::table& tree) {
        if (auto kernel = text_of(tree, "kernel"); !kernel.empty()) {
            record.set(TreeOrigin{std::move(kernel), from_of(tree), text_of(tree, "set")});
        }
    });
    each_table(document.table(), "libraries", [&](const toml::table& each) {
        if (auto folder = text_of(each, "folder"); is_library_folder(folder)) {
            record.libraries.push_back(
                {std::move(folder),
                 text_of(each, "version"),
                 from_of(each),
                 text_of(each, "retired")}
            );
        }
    });
    each_table(document.table(), "program", [&](const toml::table& program) {
        read_program(record, text_of(program, "name"), from_of(program));
    });
    each_table(document.table(), "from", [&](const toml::table& source) {
        record.set(from_of(source));
    });
    read_older_form(record, document.table());
    return record;
}

std::string set_in_place(const Files& files, const std::string& kernel) {
    const auto record = read_stage_record(files);
    const auto* const tree = record.find(kernel);
    return tree == nullptr ? std::string() : tree->set;
}

Result<void> write_stage_record(Files& files, const StageRecord& record) {
    toml::array trees;
    for (const auto& tree : record.trees) {
        auto entry = entry_of("kernel", tree.kernel, tree.from);
        entry.insert("set", tree.set);
        trees.push_back(std::move(entry));
    }
    toml::array programs;
    for (const auto& program : record.programs) {
        programs.push_back(entry_of("name", program.name, program.from));
    }
    toml::array sources;
    for (const auto& source : record.sources) {
        sources.push_back(entry_of("", "", source));
    }
    toml::table document;
    document.insert("tree", std::move(trees));
    document.insert("libraries", libraries_of(record));
    document.insert("program", std::move(programs));
    document.insert("from", std::move(sources));
    return files.write(paths::staged_record, toml_text(document));
}

}  // namespace onload_node
