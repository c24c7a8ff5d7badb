// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/session/node.hpp"
#include "app/stage/stage_commands.hpp"
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "run/observe.hpp"
#include "stage/record.hpp"
#include "stage/staging.hpp"
#include "system/files/directories.hpp"
#include "system/files/work_area.hpp"

#include <cstdio>

#include <unistd.h>

namespace onload_node {

namespace {

/// The loaded modules that came from a staged tree.
Result<std::string> loaded_modules(const Config& config, const Sensors& sensors) {
    Observed observed;
    TRY(look(observed, config, sensors));
    std::string loaded;
    for (const auto& [name, module] : observed.loaded) {
        if (module.origin == Origin::out_of_tree) {
            loaded += compose("{}{}", loaded.empty() ? "" : " ", name.str());
        }
    }
    return loaded;
}

Result<void> check_unused(const Config& config, const Sensors& sensors) {
    const auto loaded = loaded_modules(config, sensors);
    if (!loaded) {
        return tl::unexpected(loaded.error());
    }
    if (!loaded->empty()) {
        return failure(
            ErrorCode::busy,
            compose(
                "the staged driver is in use ({}): `onload-node revert --live` first, or "
                "reboot without the MachineConfig; nothing has been removed",
                *loaded
            )
        );
    }
    return {};
}

/// Removes one thing after the other and prints what it has removed.
class Purge {
public:
    Purge(std::string root, const Config& config)
        : root_(std::move(root)), config_(config), area_(root_, work_tree(config.driver.tree)) {}

    /// `state`: whether the state directory existed before the lock was made.
    Result<void>
    run(const StageRecord& record, const std::vector<std::string>& kernels, bool state) {
        const std::string modules = compose("{}{}", config_.driver.tree, paths::in_tree_modules);
        TRY(take_trees(modules, kernels));
        // rmdir() removes them only if they are empty.
        ::rmdir((root_ + modules).c_str());
        ::rmdir(parent_directory(root_ + modules).c_str());
        std::vector<std::string> paths = {
            std::string(paths::user_work_directory),
            std::string(paths::user_directory),
            compose("{}{}", config_.driver.tree, paths::sets_directory)};
        for (const auto& program : record.programs) {
            paths.push_back(compose("{}/{}", paths::program_directory, program.name));
        }
        paths.emplace_back(paths::state_directory);
        for (const auto& path : paths) {
            const bool tell = state || path != paths::state_directory;
            TRY(remove(path, tell));
        }
        const auto sets = compose("{}{}", config_.driver.tree, paths::sets_directory);
        ::rmdir(parent_directory(root_ + sets).c_str());
        if (removed_ == 0) {
            std::puts("nothing was staged");
        }
        return {};
    }

private:
    /// Each in one step: a tree is complete or gone.
    Result<void> take_trees(const std::string& modules, const std::vector<std::string>& kernels) {
        if (kernels.empty() && area_.modified(work_tree(config_.driver.tree)) == 0) {
            return {};
        }
        TRY(area_.begin());
        for (const auto& kernel : kernels) {
            const auto path = compose("{}/{}", modules, kernel);
            TRY(area_.take_away(path));
            told(path);
        }
        return area_.discard();
    }

    Result<void> remove(const std::string& path, bool tell) {
        if (area_.modified(path) == 0) {
            return {};
        }
        auto removed = remove_directory(root_ + path);
        if (removed && tell) {
            told(path);
        }
        return removed;
    }

    void told(const std::string& path) {
        std::printf("removed: %s%s\n", root_.c_str(), path.c_str());
        ++removed_;
    }

    std::string root_;
    const Config& config_;
    SystemWorkArea area_;
    unsigned removed_ = 0;
};

}  // namespace

Result<int> purge(const Command& command) {
    const auto config = TRY(load_config(command));
    for (const auto& checked : {check_rights(command), check_tree(command, config)}) {
        if (!checked) {
            return tl::unexpected(checked.error());
        }
    }
    const std::string root = command.root.value_or("");
    const bool state = SystemFiles(root).exists(paths::state_directory);
    const auto staging = TRY(lock_staging(command));
    Node node(root);
    const auto sensors = node.sensors();
    std::optional<Lock> applying;
    if (!command.root) {
        // From here on no other command loads what is being removed.
        auto lock = TRY(Lock::acquire(std::string(paths::lock_file)));
        applying.emplace(std::move(lock));
        TRY(check_unused(config, sensors));
    }
    const auto record = read_stage_record(sensors.files);
    const auto done =
        Purge(root, config).run(record, sensors.trees.kernels(config.driver.tree), state);
    return done ? Result<int>(0) : tl::unexpected(done.error());
}

}  // namespace onload_node
