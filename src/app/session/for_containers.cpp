// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/for_containers.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/library_folder.hpp"
#include "system/files/directories.hpp"
#include "system/selinux/selinux.hpp"

namespace onload_node {

namespace {

Result<void> give_types(const Files& files) {
    const std::string folder(paths::public_directory);
    TRY(make_directories(folder));
    TRY(selinux::set_type(folder, selinux::container_data_type));
    for (const auto& each : read_library_folders(files)) {
        const auto preloaded =
            compose("{}/{}{}", paths::user_directory, each.folder, paths::preloaded_in_folder);
        if (!selinux::denied_to_containers(preloaded).empty()) {
            // With the links that lead to them, which the device plugin follows.
            return selinux::set_type(std::string(paths::user_directory), selinux::libraries_type);
        }
    }
    return {};
}

}  // namespace

void make_readable_for_containers(const Files& files, Progress& progress) {
    if (!files.exists(paths::selinux)) {
        return;
    }
    if (const auto done = give_types(files); !done) {
        progress.notice(compose("what containers read: {}", done.error().message));
    }
}

}  // namespace onload_node
