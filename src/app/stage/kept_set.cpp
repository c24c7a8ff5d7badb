// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/sets.hpp"
#include "stage/kept_sets.hpp"
#include "stage/record.hpp"
#include "stage/set_record.hpp"
#include "stage/staging.hpp"
#include "system/files/files.hpp"
#include "system/files/work_area.hpp"

#include <utility>

namespace onload_node {

Result<KeptSet> find_kept_set(
    const std::string& root,
    const std::string& tree,
    const std::string& kernel,
    const std::string& which
) {
    const SystemFiles files(root);
    SystemWorkArea area(root, work_tree(tree));
    const KeptSets kept(area, files, tree, work_tree(tree));
    const auto known = read_set_record(files);
    const auto sets = known.value_or(SetRecord());
    const auto in_place = set_in_place(files, kernel);
    auto chosen = choose_set(sets, kernel, in_place, kept.list(kernel), which);
    if (!chosen) {
        return known ? Result<KeptSet>(tl::unexpected(chosen.error()))
                     : failure(chosen.error().message, known.error());
    }
    KeptSet set;
    set.digest = std::move(*chosen);
    set.in_place = set.digest == in_place;
    if (!set.in_place) {
        TRY(kept.check(kernel, set.digest));
    }
    const auto* const entry = find_set(sets, kernel, set.digest);
    set.source.kind = SourceKind::directory;
    set.source.where = compose("{}{}", root, KeptSets::files_of(tree, kernel, set.digest));
    set.source.text = entry == nullptr || entry->source.empty() ? set.source.where : entry->source;
    set.image = entry == nullptr ? std::string() : entry->image;
    return set;
}

}  // namespace onload_node
