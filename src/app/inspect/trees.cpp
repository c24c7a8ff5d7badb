// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/inspect/inspect_commands.hpp"
#include "app/output/tree_list.hpp"
#include "app/session/node.hpp"
#include "app/session/node_kernels.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/set_record.hpp"
#include "system/files/directories.hpp"
#include "system/modules/kmod_trees.hpp"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace onload_node {

namespace {

std::string_view word_of(TreeVerdict::Kind kind) {
    switch (kind) {
    case TreeVerdict::Kind::passed:
        return "passed";
    case TreeVerdict::Kind::failed:
        return "failed";
    case TreeVerdict::Kind::not_checkable:
        break;
    }
    return "not-checkable";
}

/// Lists one tree after the other.
class Lister {
public:
    Lister(const Command& command, const Config& config, Sensors sensors, NodeKernels kernels)
        : command_(command), config_(config), sensors_(sensors), kernels_(std::move(kernels)) {}

    [[nodiscard]] ListedTree list(const std::string& kernel) const {
        const auto tree = sensors_.trees.open(config_.driver.tree, kernel);
        ListedTree listed;
        listed.kernel = kernel;
        listed.directory = tree->directory();
        listed.bytes = directory_bytes(tree->directory());
        listed.running = kernel == kernels_.running;
        listed.pending = kernel == kernels_.pending;
        for (const auto& name : config_.driver.load) {
            list_module(listed, *tree, name);
        }
        const auto verdict = tree_verdict(config_, sensors_, kernel, command_.root.has_value());
        listed.verdict = word_of(verdict ? verdict->kind : TreeVerdict::Kind::not_checkable);
        listed.why = verdict ? verdict->why : verdict.error().message;
        return listed;
    }

    /// What is in place first, then what is kept; also one that no record knows.
    void list_sets(ListedTree& listed, SetRecord& known) const {
        const auto folder =
            compose("{}{}/{}", config_.driver.tree, paths::sets_directory, listed.kernel);
        auto digests = sensors_.files.list(folder);
        const auto in_place = set_in_place(sensors_.files, listed.kernel);
        std::erase_if(digests, [&](const std::string& name) {
            return !is_set_digest(name) || name == in_place;
        });
        if (!in_place.empty()) {
            digests.insert(digests.begin(), in_place);
        }
        for (const auto& digest : digests) {
            const auto tree =
                sensors_.trees.open(compose("{}/{}/opt", folder, digest), listed.kernel);
            const bool running = listed.running && all_loaded(*tree);
            listed.sets.push_back(
                {set_entry(known, listed.kernel, digest), digest == in_place, running}
            );
        }
    }

private:
    /// All of it: two sets may share some of their modules.
    [[nodiscard]] bool all_loaded(const ModuleTree& tree) const {
        return std::ranges::all_of(config_.driver.load, [&](const ModuleName& name) {
            const auto path = tree.find(name);
            return path && loaded(name, tree.read(name, *path, Origin::in_tree));
        });
    }

    /// `file` is what is in the kernel now.
    [[nodiscard]] bool loaded(const ModuleName& name, const ModuleFile& file) const {
        const auto loaded = sensors_.modules.loaded(name);
        return loaded && !file.build_id.empty() && loaded->build_id == file.build_id;
    }

    void list_module(ListedTree& listed, const ModuleTree& tree, const ModuleName& name) const {
        const auto path = tree.find(name);
        if (!path) {
            return;
        }
        const auto file = tree.read(name, *path, Origin::out_of_tree);
        listed.modules.emplace_back(name.str(), file.version);
        listed.in_use = listed.in_use || (listed.running && loaded(name, file));
    }

    const Command& command_;
    const Config& config_;
    Sensors sensors_;
    NodeKernels kernels_;
};

}  // namespace

Result<int> trees(const Command& command) {
    const auto config = TRY(load_config(command));
    const TrustedOwner trusted{command.root ? ::geteuid() : 0};
    Node node(command.root.value_or(""), trusted);
    auto kernels = node_kernels(command, node.sensors());
    if (!kernels) {
        return tl::unexpected(kernels.error());
    }
    if (!kernels->problem.empty()) {
        std::fprintf(
            stderr, "onload-node: %s; none is shown as pending\n", kernels->problem.c_str()
        );
    }
    const DeploymentTrees all_trees(node.sensors().trees, kernels->next, trusted);
    const Sensors sensors = with_trees(node.sensors(), all_trees);
    TreeList list{{}, read_stage_record(sensors.files)};
    auto sets = read_set_record(sensors.files);
    list.sets_problem = sets ? std::string() : sets.error().message;
    auto known = std::move(sets).value_or(SetRecord());
    const Lister lister(command, config, sensors, std::move(*kernels));
    for (const auto& kernel : sensors.trees.kernels(config.driver.tree)) {
        list.trees.push_back(lister.list(kernel));
        const auto* const origin = list.record.find(kernel);
        lister.list_sets(list.trees.back(), known);
        list.trees.back().origin = origin == nullptr ? StagedFrom() : origin->from;
    }
    const std::string text = command.json ? trees_json(list) : trees_text(list);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}

}  // namespace onload_node
