// SPDX-License-Identifier: BSD-2-Clause
#include "stage/set_keeping.hpp"

#include "base/text.hpp"
#include "core/model/sets.hpp"
#include "stage/kept_sets.hpp"
#include "stage/set_record.hpp"

#include <utility>

namespace onload_node {

namespace {

class SetKeeping {
public:
    explicit SetKeeping(const SetChange& change)
        : change_(change)
        , order_(change.order)
        , access_(change.access)
        , kept_(access_.modules, access_.files, order_.tree, work_tree(order_.tree)) {}

    Result<void> run(StageRecord& record) {
        auto known = read_set_record(access_.files);
        if (!known) {
            access_.say(compose("what was known of kept sets is lost: {}", known.error().message));
        }
        auto sets = known.value_or(SetRecord());
        std::vector<std::string> kernels;
        for (auto& tree : record.trees) {
            kernels.push_back(tree.kernel);
            const auto digest = kept_.keep(tree.kernel, record);
            if (!digest) {
                access_.say(compose("this set is not kept: {}", digest.error().message));
                continue;
            }
            tree.set = *digest;
            note_in_place(sets, tree);
            // Nobody knows which of them were good.
            if (known) {
                TRY(drop_others(sets, tree));
            }
        }
        if (known) {
            TRY(kept_.remove_other_kernels(kernels));
            std::erase_if(sets, [&](const auto& set) { return !contains(kernels, set.kernel); });
        }
        return write_set_record(access_.files, sets);
    }

private:
    void note_in_place(SetRecord& sets, const TreeOrigin& tree) const {
        auto& entry = set_entry(sets, tree.kernel, tree.set);
        entry.source = tree.from.source;
        entry.image = tree.from.digest;
        // Programs and libraries are of all kernels: with them the sets of the others change.
        const bool asked_for = contains(change_.kernels, tree.kernel) || before(tree) != tree.set;
        if (order_.by_boot) {
            entry.reason.clear();
        } else if (asked_for) {
            note_wanted(sets, tree.kernel, tree.set);
        }
        if (asked_for) {
            note_finished(sets, tree.kernel);
        }
    }

    Result<void> drop_others(SetRecord& sets, const TreeOrigin& tree) {
        // Cut short before: what was in place may be any of them.
        if (!order_.kept_set.empty() && before(tree).empty()) {
            return {};
        }
        std::vector<std::string> wanted = {tree.set};
        const auto* const confirmed = last_confirmed(sets, tree.kernel, tree.set, before(tree));
        if (!order_.kept_set.empty()) {
            wanted.push_back(before(tree));
        } else if (confirmed != nullptr) {
            wanted.push_back(confirmed->digest);
        }
        TRY(kept_.remove_others(tree.kernel, wanted));
        std::erase_if(sets, [&](const SetEntry& entry) {
            return entry.kernel == tree.kernel && !contains(wanted, entry.digest);
        });
        return {};
    }

    /// The set that was in place for the kernel when we began; empty if that is not known.
    [[nodiscard]] std::string before(const TreeOrigin& tree) const {
        const auto found = change_.before.find(tree.kernel);
        return found == change_.before.end() ? std::string() : found->second;
    }

    const SetChange& change_;
    const StagingOrder& order_;
    const StagingAccess& access_;
    KeptSets kept_;
};

}  // namespace

Result<void> keep_sets(const SetChange& change, StageRecord& record) {
    return SetKeeping(change).run(record);
}

}  // namespace onload_node
