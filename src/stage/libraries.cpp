// SPDX-License-Identifier: BSD-2-Clause
#include "stage/libraries.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// So many digits of the digest tell two builds of one version apart.
constexpr std::size_t digits = 12;
/// What was there before folders were: a directory in the place of a link.
constexpr std::string_view set_aside = "before-";

/// True for a folder that put() has made, in the record or not: we may have been killed in between.
bool is_ours(std::string_view folder) {
    const auto dash = folder.rfind('-');
    const auto digest = folder.substr(dash == std::string_view::npos ? folder.size() : dash + 1);
    return folder.starts_with(set_aside) ||
           (digest.size() == digits &&
            digest.find_first_not_of("0123456789abcdef") == std::string_view::npos);
}

std::string below_user_directory(std::string_view name) {
    return compose("{}/{}", paths::user_directory, name);
}

std::string through_current(std::string_view entry) {
    return compose("{}/{}", paths::current_libraries, entry);
}

}  // namespace

Result<std::string> Libraries::put(const std::string& in_area, const std::string& version) {
    const auto digest = TRY(area_.digest(compose("{}/{}", paths::user_work_directory, in_area)));
    const auto folder =
        compose("{}-{}", version.empty() ? "unknown" : version, digest.substr(0, digits));
    const auto target = below_user_directory(folder);
    // A folder of that name with another content was changed by somebody.
    const bool there = area_.modified(target) != 0 && area_.digest(target).value_or("") == digest;
    if (!there) {
        TRY(area_.exchange(in_area, target));
    }
    const std::string current(paths::current_libraries);
    TRY(area_.put_link(below_user_directory(current), folder, ""));
    TRY(link_entries(folder));
    return folder;
}

Result<void> Libraries::link_entries(const std::string& folder) {
    const auto wanted = files_.list(below_user_directory(folder));
    for (const auto& entry : wanted) {
        const auto aside = compose("{}{}", set_aside, entry);
        TRY(area_.put_link(
            below_user_directory(entry), through_current(entry), below_user_directory(aside)
        ));
    }
    for (const auto& entry : files_.list(paths::user_directory)) {
        const auto path = below_user_directory(entry);
        if (files_.link_target(path) == through_current(entry) && !contains(wanted, entry)) {
            TRY(files_.remove(path));
        }
    }
    return {};
}

Result<std::vector<std::string>> Libraries::retire(StageRecord& record) {
    std::vector<std::string> gone;
    std::vector<StagedLibraries> kept;
    const auto current = files_.link_target(below_user_directory(paths::current_libraries));
    // Without the link nothing was put there by us.
    if (current.empty()) {
        return gone;
    }
    for (const auto& folder : files_.list(paths::user_directory)) {
        const auto path = below_user_directory(folder);
        if (!is_ours(folder) || !files_.link_target(path).empty()) {
            continue;
        }
        const auto found = std::ranges::find(record.libraries, folder, &StagedLibraries::folder);
        auto each = found == record.libraries.end() ? StagedLibraries{folder, "", {}, ""} : *found;
        if (folder == current) {
            each.retired.clear();
            kept.insert(kept.begin(), std::move(each));
            continue;
        }
        if (!each.retired.empty() && each.retired != boot_id_) {
            TRY(area_.take_away(path));
            gone.push_back(folder);
            continue;
        }
        each.retired = boot_id_;
        kept.push_back(std::move(each));
    }
    record.libraries = std::move(kept);
    return gone;
}

bool Libraries::any_due(const StageRecord& record, const std::string& boot_id) {
    return std::ranges::any_of(record.libraries, [&](const StagedLibraries& each) {
        return !each.retired.empty() && each.retired != boot_id;
    });
}

}  // namespace onload_node
