// SPDX-License-Identifier: BSD-2-Clause
#include "stage/staging.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/model/sets.hpp"
#include "stage/libraries.hpp"
#include "stage/record.hpp"
#include "stage/set_keeping.hpp"
#include "stage/set_record.hpp"
#include "stage/staging_parts.hpp"
#include "stage/user_version.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace onload_node {

namespace {

constexpr Milliseconds depmod_limit = std::chrono::minutes(5);
constexpr Milliseconds relabel_limit = std::chrono::minutes(5);

std::vector<std::string> kernels_of(const Extracted& extracted) {
    std::vector<std::string> kernels;
    for (const auto& [kernel, tree] : extracted.trees) {
        kernels.push_back(kernel);
    }
    return kernels;
}

class Staging {
public:
    Staging(const StagingOrder& order, const StagingAccess& access)
        : order_(order), access_(access), libraries_(access.user, access.files, order.boot_id) {}

    Result<Staged> run(EntrySource& image) {
        TRY(judge(image));
        return put_in_place();
    }

    Result<void> judge(EntrySource& image) {
        TRY(take(image));
        TRY(check_content());
        TRY(index());
        TRY(verify());
        return compare_versions();
    }

    [[nodiscard]] std::set<std::string> programs() const {
        std::set<std::string> names;
        for (const auto& [name, path] : extracted_.programs) {
            names.insert(name);
        }
        return names;
    }

private:
    Result<void> take(EntrySource& image) {
        for (auto* const area : {&access_.modules, &access_.user}) {
            TRY(area->begin());
        }
        auto extracted = extract(image, order_.only_kernel, access_.modules, access_.user);
        if (!extracted) {
            return failure(order_.source, extracted.error());
        }
        extracted_ = std::move(*extracted);
        for (const auto& note : extracted_.notes) {
            access_.say(note);
        }
        return {};
    }

    /// Drops trees without modules, then refuses an image that has nothing for this node.
    Result<void> check_content() {
        std::erase_if(extracted_.trees, [](const auto& tree) { return tree.second.modules == 0; });
        const auto& trees = extracted_.trees;
        const auto& others = extracted_.other_kernels;
        if (!others.empty() && trees.empty()) {
            return refuse(compose(
                "has no modules for kernel {}, only for {}",
                order_.only_kernel,
                joined(others, ", ")
            ));
        }
        if (trees.empty() && extracted_.user_files == 0 && extracted_.programs.empty()) {
            return refuse(compose(
                "has nothing to stage: no modules below opt/lib/modules/KERNEL, no libraries "
                "below opt/onload, and none of our programs{}",
                order_.hint
            ));
        }
        const bool known = std::ranges::any_of(trees, [&](const auto& tree) {
            return order_.known.contains(tree.first);
        });
        if (!trees.empty() && order_.only_kernel.empty() && !order_.known.empty() && !known) {
            return refuse(compose(
                "is for other kernels only: it has modules for {}, this node has {}; --kernel "
                "stages it all the same",
                joined(kernels_of(extracted_), ", "),
                joined(order_.known, ", ")
            ));
        }
        return {};
    }

    Result<void> index() {
        for (const auto& [kernel, tree] : extracted_.trees) {
            if (tree.index && !tree.links_dropped) {
                continue;
            }
            if (!access_.programs.available("depmod")) {
                if (tree.index) {
                    access_.say("there is no depmod here: the index stays as it came");
                    continue;
                }
                return refuse(compose(
                    "has no modules.dep for kernel {}, and there is no depmod here to make one",
                    kernel
                ));
            }
            TRY(run_depmod(kernel));
        }
        return {};
    }

    Result<void> run_depmod(const std::string& kernel) {
        std::vector<std::string> words = {"depmod", "-b", access_.modules.location(), kernel};
        if (!order_.context.empty()) {
            // SELinux gives it a domain that writes nowhere but below /lib/modules.
            words.insert(words.begin(), {"runcon", order_.context});
        }
        const std::string tree = compose("{}/{}", work_tree(order_.tree), tree_in_area(kernel));
        const auto before = access_.modules.modified(tree);
        const auto end = TRY(access_.programs.run(words, depmod_limit));
        // It ends well, too, where it could write none of its files.
        const bool wrote = access_.modules.modified(tree) != before ||
                           end.complaint.find("ERROR") == std::string::npos;
        return end.status == 0 && wrote
                   ? Result<void>()
                   : refuse(compose("cannot be indexed: depmod: {}", end.complaint));
    }

    Result<void> verify() {
        for (const auto& [kernel, tree] : extracted_.trees) {
            const auto verdict = TRY(access_.verdict(kernel));
            const std::string subject =
                compose("kernel {}: {} modules, ", kernel, std::to_string(tree.modules));
            if (verdict.kind == TreeVerdict::Kind::failed) {
                return refuse(
                    compose("has modules that would not load on kernel {}: {}", kernel, verdict.why)
                );
            }
            access_.say(
                verdict.kind == TreeVerdict::Kind::passed
                    ? compose("{}they would load", subject)
                    : compose("{}not verifiable here: {}", subject, verdict.why)
            );
        }
        return {};
    }

    Result<void> compare_versions() {
        if (extracted_.user_files > 0) {
            user_version_ = TRY(version_of_user_libraries(extracted_, order_, access_));
        }
        return {};
    }

    Result<Staged> put_in_place() {
        for (auto* const area : {&access_.modules, &access_.user}) {
            TRY(area->sync());
        }
        TRY(note_begun());
        TRY(put_trees());
        TRY(put_user_files());
        relabel();
        TRY(prune());
        TRY(write_record());
        return std::move(staged_);
    }

    /// While one part after the other is replaced, what is in place is no whole set.
    Result<void> note_begun() {
        auto record = read_stage_record(access_.files);
        for (auto& tree : record.trees) {
            sets_before_[tree.kernel] = tree.set;
            tree.set.clear();
        }
        if (!order_.kept_set.empty()) {
            auto sets = read_set_record(access_.files).value_or(SetRecord());
            set_entry(sets, order_.only_kernel, order_.kept_set).unfinished = true;
            TRY(write_set_record(access_.files, sets));
        }
        return record.trees.empty() ? Result<void>() : write_stage_record(access_.files, record);
    }

    Result<void> put_trees() {
        for (const auto& [kernel, tree] : extracted_.trees) {
            const auto target = tree_path(kernel);
            const auto here = compose("{}/{}", work_tree(order_.tree), tree_in_area(kernel));
            const bool same = TRY(same_content(access_.modules, here, target));
            if (!same) {
                if (auto put = access_.modules.exchange(tree_in_area(kernel), target); !put) {
                    return after_some(put.error());
                }
                written_.push_back(target);
            }
            staged_.kernels.push_back(kernel);
        }
        return {};
    }

    /// What is there already is left alone: somebody may have it mounted or open.
    static Result<bool>
    same_content(const WorkArea& area, const std::string& here, const std::string& there) {
        if (area.modified(there) == 0) {
            return false;
        }
        const auto digest = TRY(area.digest(here));
        return area.digest(there).value_or("") == digest;
    }

    /// Programs first: some are files of the libraries' tree, which then leaves the area.
    Result<void> put_user_files() {
        for (const auto& [program, path] : extracted_.programs) {
            const auto target = compose("{}/{}", paths::program_directory, program);
            const auto here = compose("{}/{}", paths::user_work_directory, path);
            const bool same = TRY(same_content(access_.user, here, target));
            if (!same) {
                if (auto put = access_.user.install(path, target); !put) {
                    return after_some(put.error());
                }
                written_.push_back(target);
            }
            staged_.programs.push_back(program);
        }
        TRY(take_other_programs_away());
        return extracted_.user_files > 0 ? put_libraries() : Result<void>();
    }

    /// A kept set is put in place as a whole: a program that it does not have is of another one.
    Result<void> take_other_programs_away() {
        if (order_.kept_set.empty()) {
            return {};
        }
        for (const auto& program : read_stage_record(access_.files).programs) {
            if (!extracted_.programs.contains(program.name)) {
                TRY(access_.files.remove(compose("{}/{}", paths::program_directory, program.name)));
                gone_programs_.push_back(program.name);
            }
        }
        return {};
    }

    Result<void> put_libraries() {
        auto folder = libraries_.put(std::string(user_in_area), user_version_);
        if (!folder) {
            return after_some(folder.error());
        }
        staged_.user = std::move(*folder);
        return {};
    }

    [[nodiscard]] tl::unexpected<Error> after_some(const Error& error) const {
        const auto done = joined(staged_.kernels, ", ");
        return done.empty() ? tl::unexpected(error)
                            : failure(compose("after the modules for {}", done), error);
    }

    [[nodiscard]] std::string tree_path(const std::string& kernel) const {
        return compose("{}{}/{}", order_.tree, paths::in_tree_modules, kernel);
    }

    /// Labels matter only where a policy is enforced; a platform without restorecon has none. That
    /// of the libraries is not the platform's: below /var they would be data, which containers may
    /// not even read.
    void relabel() {
        if (!staged_.user.empty()) {
            // With the links that lead to them, which the device plugin follows.
            const std::string all(paths::user_directory);
            if (const auto done = access_.let_containers_read(all); !done) {
                access_.say(
                    compose("containers may not be able to use them: {}", done.error().message)
                );
            }
        }
        if (!order_.relabel || written_.empty() || !access_.programs.available("restorecon")) {
            return;
        }
        std::vector<std::string> words = {"restorecon", "-RF"};
        words.insert(words.end(), written_.begin(), written_.end());
        const auto end = access_.programs.run(words, relabel_limit);
        if (!end || end->status != 0) {
            access_.say(compose(
                "the SELinux labels could not be set: restorecon: {}",
                end ? end->complaint : end.error().message
            ));
        }
    }

    Result<void> prune() {
        std::vector<TreeAge> ages;
        for (const auto& kernel : access_.trees.kernels(order_.tree)) {
            ages.push_back({kernel, access_.modules.modified(tree_path(kernel))});
        }
        auto needed = order_.needed;
        needed.insert(staged_.kernels.begin(), staged_.kernels.end());
        for (const auto& kernel : to_prune(std::move(ages), order_.keep, needed)) {
            TRY(access_.modules.take_away(tree_path(kernel)));
            staged_.pruned.push_back(kernel);
        }
        return {};
    }

    Result<void> write_record() {
        auto record = read_stage_record(access_.files);
        const StagedFrom from{order_.source, order_.digest};
        for (const auto& kernel : staged_.kernels) {
            record.set(TreeOrigin{kernel, from});
        }
        for (const auto& kernel : staged_.pruned) {
            record.forget(kernel);
        }
        for (const auto& program : staged_.programs) {
            record.set(StagedProgram{program, from});
        }
        std::erase_if(record.programs, [&](const StagedProgram& program) {
            return contains(gone_programs_, program.name);
        });
        if (order_.configured) {
            std::erase_if(record.sources, [&](const auto& each) {
                return !order_.configured->contains(each.source);
            });
        }
        // What a source gave last is what it was asked for last.
        if (order_.kept_set.empty()) {
            record.set(from);
        }
        record_libraries(record, from);
        staged_.retired = TRY(libraries_.retire(record));
        TRY(keep_sets({order_, access_, staged_.kernels, sets_before_}, record));
        return write_stage_record(access_.files, record);
    }

    void record_libraries(StageRecord& record, const StagedFrom& from) const {
        if (!staged_.user.empty()) {
            std::erase_if(record.libraries, [&](const auto& each) {
                return each.folder.empty() || each.folder == staged_.user;
            });
            record.libraries.insert(
                record.libraries.begin(), {staged_.user, user_version_, from, ""}
            );
        }
    }

    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& what) const {
        return failure(ErrorCode::mismatch, compose("{} {}", order_.source, what));
    }

    const StagingOrder& order_;
    const StagingAccess& access_;
    Libraries libraries_;
    Extracted extracted_;
    Staged staged_;
    std::string user_version_;
    std::vector<std::string> written_;
    std::map<std::string, std::string> sets_before_;  ///< by kernel
    std::vector<std::string> gone_programs_;
};

}  // namespace

std::string work_tree(const std::string& tree) {
    return compose("{}{}", tree, paths::work_directory);
}

Result<Staged>
stage_image(EntrySource& image, const StagingOrder& order, const StagingAccess& access) {
    auto staged = Staging(order, access).run(image);
    for (auto* const area : {&access.modules, &access.user}) {
        if (auto discarded = area->discard(); !discarded) {
            access.say(discarded.error().message);
        }
    }
    return staged;
}

Result<std::set<std::string>>
judge_image(EntrySource& image, const StagingOrder& order, const StagingAccess& access) {
    Staging staging(order, access);
    TRY(staging.judge(image));
    return staging.programs();
}

}  // namespace onload_node
