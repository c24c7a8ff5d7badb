// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/tree_list.hpp"

#include "app/output/output_parts.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

namespace {

constexpr std::int64_t trees_schema = 3;
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

void put_origin(toml::table& table, const StagedFrom& from) {
    put(table, "source", from.source);
    put(table, "digest", from.digest);
}

std::string set_text(const ListedSet& set) {
    const auto& entry = set.entry;
    std::string text = compose(
        "{}{}{}",
        set.in_place ? "for the next boot" : "kept",
        set.running ? ", running" : "",
        set.in_place && !entry.wanted ? ", in the place of the wanted one" : ""
    );
    text += entry.confirmed.empty() ? "; not confirmed" : "; confirmed " + entry.confirmed;
    if (entry.unfinished) {
        text += "; was only half put in place";
    }
    if (entry.failed > 0) {
        text += compose("; failed {}", times(entry.failed));
    }
    text += entry.reason.empty() ? "" : ": " + entry.reason;
    if (const auto& others = entry.failed_parameters; others.times > 0) {
        text +=
            compose("; failed {} with other parameters: {}", times(others.times), others.reason);
    }
    text += entry.source.empty() ? "" : "; from " + entry.source;
    return compose("  set       {}  {}\n", short_digest(entry.digest), text);
}

toml::table parameters_json(const ModuleParameterSets& parameters) {
    toml::table modules;
    for (const auto& [name, values] : parameters) {
        toml::table module;
        for (const auto& [parameter, value] : values) {
            put(module, parameter, value);
        }
        modules.insert(name.str(), std::move(module));
    }
    return modules;
}

toml::array sets_json(const ListedTree& tree) {
    toml::array list;
    for (const auto& [entry, in_place, running] : tree.sets) {
        toml::table table;
        put(table, "digest", entry.digest);
        put(table, "source", entry.source);
        put(table, "image", entry.image);
        put(table, "confirmed", entry.confirmed);
        table.insert("in_place", in_place);
        table.insert("running", running);
        table.insert("wanted", entry.wanted);
        table.insert("unfinished", entry.unfinished);
        table.insert("failed", static_cast<std::int64_t>(entry.failed));
        put(table, "reason", entry.reason);
        table.insert("parameters", parameters_json(entry.parameters));
        table.insert("failed_parameters", static_cast<std::int64_t>(entry.failed_parameters.times));
        put(table, "failed_parameters_reason", entry.failed_parameters.reason);
        list.push_back(std::move(table));
    }
    return list;
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
    put_origin(table, tree.origin);
    table.insert("sets", sets_json(tree));
    return table;
}

std::string libraries_text(const StagedLibraries& libraries) {
    return compose(
        "user libraries {} {}{}{}\n",
        libraries.version.empty() ? "of an unknown version" : libraries.version,
        libraries.folder.empty() ? ""
                                 : compose("in {}/{} ", paths::user_directory, libraries.folder),
        libraries.from.source.empty() ? "" : "from " + libraries.from.source,
        libraries.retired.empty() ? "" : "; until the next boot, for pods that have them"
    );
}

toml::array libraries_json(const StageRecord& record) {
    toml::array list;
    for (const auto& libraries : record.libraries) {
        toml::table table;
        put(table, "folder", libraries.folder);
        put(table, "version", libraries.version);
        table.insert("current", libraries.retired.empty());
        put_origin(table, libraries.from);
        list.push_back(std::move(table));
    }
    return list;
}

toml::array programs_json(const StageRecord& record) {
    toml::array list;
    for (const auto& program : record.programs) {
        toml::table table;
        put(table, "name", program.name);
        put_origin(table, program.from);
        list.push_back(std::move(table));
    }
    return list;
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
        for (const auto& set : tree.sets) {
            text += set_text(set);
        }
    }
    if (!list.sets_problem.empty()) {
        text += compose("what is known of sets cannot be read: {}\n", list.sets_problem);
    }
    for (const auto& libraries : list.record.libraries) {
        text += libraries_text(libraries);
    }
    for (const auto& program : list.record.programs) {
        text += compose("program {}from {}\n", column(program.name, 18), program.from.source);
    }
    return text;
}

std::string trees_json(const TreeList& list) {
    toml::array trees;
    for (const auto& tree : list.trees) {
        trees.push_back(tree_json(tree));
    }
    toml::table document;
    document.insert("schema", trees_schema);
    document.insert("trees", std::move(trees));
    document.insert("user_libraries", libraries_json(list.record));
    document.insert("programs", programs_json(list.record));
    put(document, "sets_problem", list.sets_problem);
    return to_json(document);
}

}  // namespace onload_node
