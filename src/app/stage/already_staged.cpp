// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/record.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// Whether the programs and libraries that came from a source are on the disk.
bool programs_and_libraries_there(
    const StageRecord& record, const std::string& source, const Files& files
) {
    const bool programs = std::ranges::all_of(record.programs, [&](const auto& program) {
        return program.from.source != source ||
               files.exists(compose("{}/{}", paths::program_directory, program.name));
    });
    return programs && std::ranges::all_of(record.libraries, [&](const auto& each) {
               return each.from.source != source || !each.retired.empty() ||
                      files.exists(compose("{}/{}", paths::user_directory, each.folder));
           });
}

}  // namespace

bool already_staged(
    const std::string& source,
    const std::string& stamp,
    const std::vector<std::string>& kernels,
    const std::string& tree,
    const Sensors& sensors
) {
    const auto record = read_stage_record(sensors.files);
    const auto* const last = record.find_source(source);
    if (last == nullptr || (!stamp.empty() && last->digest != stamp) ||
        !programs_and_libraries_there(record, source, sensors.files)) {
        return false;
    }
    const bool has_modules = std::ranges::any_of(record.trees, [&](const auto& each) {
        return each.from.source == source;
    });
    if (!has_modules) {
        return true;
    }
    // Of what two sources have, the later one's counts: whose modules they are does not matter.
    return !kernels.empty() && std::ranges::all_of(kernels, [&](const std::string& kernel) {
        return record.find(kernel) != nullptr && sensors.trees.open(tree, kernel)->present();
    });
}

}  // namespace onload_node
