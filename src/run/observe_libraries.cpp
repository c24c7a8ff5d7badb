// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "core/model/paths.hpp"
#include "run/observe_parts.hpp"
#include "stage/library_folder.hpp"

#include <utility>

namespace onload_node {

namespace {

std::string loaded_version(const Observed& observed) {
    const auto name = ModuleName::parse(onload::module);
    const auto found = name ? observed.loaded.find(*name) : observed.loaded.end();
    return found == observed.loaded.end() ? std::string() : found->second.version;
}

UserLibraries look_at(const LibraryFolder& folder, const Files& files) {
    UserLibraries libraries;
    libraries.directory = folder.folder.empty()
                              ? std::string(paths::user_directory)
                              : compose("{}/{}", paths::user_directory, folder.folder);
    libraries.version = folder.version;
    libraries.present =
        files.exists(compose("{}{}", libraries.directory, paths::preloaded_in_folder));
    libraries.command =
        files.executable(compose("{}{}", libraries.directory, paths::command_in_folder));
    return libraries;
}

}  // namespace

void observe_libraries(Observed& observed, const Sensors& sensors) {
    auto folders = read_library_folders(sensors.files);
    if (folders.empty()) {
        folders.emplace_back();
    }
    const auto version = loaded_version(observed);
    auto& chosen = observed.libraries;
    chosen = look_at(folders.front(), sensors.files);
    for (const auto& folder : folders) {
        // What is staged for the next boot is of no use to the module of this one.
        const bool fits = folder.version == version && chosen.version != version;
        auto libraries = fits || !chosen.present ? look_at(folder, sensors.files) : UserLibraries();
        if (libraries.present) {
            chosen = std::move(libraries);
        }
    }
    if (observed.libraries.present) {
        observed.libraries.denied = sensors.host.denied_to_containers(
            compose("{}{}", observed.libraries.directory, paths::preloaded_in_folder)
        );
    }
}

}  // namespace onload_node
