// SPDX-License-Identifier: BSD-2-Clause
#include "stage/kept_sets.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/model/sets.hpp"
#include "stage/staging_parts.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// Where the copies are put together, in the area.
constexpr std::string_view in_area = "kept";

}  // namespace

std::string KeptSets::folder() const {
    return compose("{}{}", tree_, paths::sets_directory);
}

std::string KeptSets::folder(const std::string& kernel) const {
    return compose("{}/{}", folder(), kernel);
}

std::string
KeptSets::files_of(const std::string& tree, const std::string& kernel, const std::string& digest) {
    return compose("{}{}/{}/{}", tree, paths::sets_directory, kernel, digest);
}

Result<std::string> KeptSets::keep(const std::string& kernel, const StageRecord& record) {
    const auto copy = compose("{}/{}", in_area, kernel);
    const auto modules = compose("{}/{}", paths::in_tree_modules.substr(1), kernel);
    TRY(area_.copy_in(compose("{}/{}", tree_, modules), compose("{}/opt/{}", copy, modules)));
    if (const auto* const libraries = record.current_libraries()) {
        if (libraries->folder.empty()) {
            return failure(ErrorCode::mismatch, "its libraries have no folder of their own");
        }
        TRY(area_.copy_in(
            compose("{}/{}", paths::user_directory, libraries->folder),
            compose("{}{}", copy, paths::user_directory)
        ));
    }
    for (const auto& program : record.programs) {
        const auto path = compose("{}/{}", paths::program_directory, program.name);
        TRY(area_.copy_in(path, compose("{}{}", copy, path)));
    }
    const auto digest = TRY(area_.digest(compose("{}/{}", area_path_, copy)));
    if (!check(kernel, digest)) {
        TRY(area_.sync());
        TRY(area_.exchange(copy, files_of(tree_, kernel, digest)));
    }
    return digest;
}

Result<void> KeptSets::check(const std::string& kernel, const std::string& digest) const {
    const auto path = files_of(tree_, kernel, digest);
    if (area_.modified(path) == 0) {
        return failure(
            ErrorCode::not_found, compose("the set {} is not kept", short_digest(digest))
        );
    }
    if (const auto now = area_.digest(path); !now || *now != digest) {
        return failure(
            ErrorCode::mismatch,
            compose(
                "the kept set {} is not whole: something in {} is missing or was changed{}{}",
                short_digest(digest),
                path,
                now ? "" : ": ",
                now ? "" : now.error().message
            )
        );
    }
    return {};
}

std::vector<std::string> KeptSets::list(const std::string& kernel) const {
    auto digests = files_.list(folder(kernel));
    std::erase_if(digests, [](const std::string& name) { return !is_set_digest(name); });
    return digests;
}

Result<void>
KeptSets::remove_others(const std::string& kernel, const std::vector<std::string>& wanted) {
    for (const auto& digest : list(kernel)) {
        if (!contains(wanted, digest)) {
            TRY(area_.take_away(files_of(tree_, kernel, digest)));
        }
    }
    return {};
}

Result<void> KeptSets::remove_other_kernels(const std::vector<std::string>& kernels) {
    for (const auto& kernel : files_.list(folder())) {
        if (!contains(kernels, kernel)) {
            TRY(area_.take_away(folder(kernel)));
        }
    }
    return {};
}

}  // namespace onload_node
