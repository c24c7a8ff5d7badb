// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/files/directories.hpp"
#include "system/files/files.hpp"

#include <unistd.h>

namespace onload_node {

Result<void> check_rights(const Command& command) {
    if (::geteuid() != 0 && !command.root) {
        return failure(
            ErrorCode::permission,
            compose("{} changes what is below /opt and must run as root", to_string(command.verb))
        );
    }
    return {};
}

Result<void> check_tree(const Command& command, const Config& config) {
    const std::string root = command.root.value_or("");
    const std::string own = compose("{}{}", root, paths::in_tree_modules);
    if (same_directory(compose("{}{}{}", root, config.driver.tree, paths::in_tree_modules), own)) {
        return failure(
            ErrorCode::config,
            compose(
                "driver.tree = \"{}\" is where the kernel's own modules are; nothing is staged "
                "or removed there",
                config.driver.tree
            )
        );
    }
    return {};
}

Digests digests_for(const Config& config, const std::string& root) {
    return SystemFiles(root).exists(config.driver.pins) ? Digests::taken : Digests::left_out;
}

bool worth_another_try(ErrorCode code) {
    return code == ErrorCode::io || code == ErrorCode::timeout || code == ErrorCode::busy ||
           code == ErrorCode::not_found || code == ErrorCode::permission;
}

Result<Lock> lock_staging(const Command& command) {
    const std::string path = compose("{}{}", command.root.value_or(""), paths::stage_lock);
    auto lock = Lock::acquire(path, Milliseconds(0));
    if (lock || lock.error().code != ErrorCode::busy) {
        return lock;
    }
    const auto holder = SystemFiles().read(path).value_or("");
    const auto pid = holder.substr(0, holder.find('\n'));
    return failure(
        ErrorCode::busy, compose("another stage is running (pid {})", pid.empty() ? "unknown" : pid)
    );
}

}  // namespace onload_node
