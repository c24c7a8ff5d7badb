// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/selection.hpp"
#include "stage/staging_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace onload_node {

namespace {

constexpr std::string_view programs_in_area = "programs";

/// A program that is no part of the user tree, and where the image has it.
struct Program {
    std::string name;
    std::size_t rank;
    std::string in_image;
};

class Extraction {
public:
    Extraction(EntrySource& source, std::string only_kernel, WorkArea& modules, WorkArea& user)
        : source_(source), only_kernel_(std::move(only_kernel)), modules_(modules), user_(user) {}

    Result<void> take(const ArchiveEntry& entry) {
        const auto place = TRY(place_of(entry));
        switch (place.part) {
        case Part::none:
            leave_out(entry, why_left_out(entry));
            return {};
        case Part::modules:
            return take_module(entry, place);
        case Part::user:
            return take_user_file(entry, place);
        case Part::program:
            return take_program(entry, place);
        }
        return {};
    }

    Extracted finish() {
        for (auto& [kernel, tree] : result_.trees) {
            tree.links_dropped =
                tree.links_dropped || (tree.index && !is_index_right(kernel, tree));
        }
        for (const auto& [text, name] : not_taken_) {
            if (!result_.programs.contains(name)) {
                note(text);
            }
        }
        return std::move(result_);
    }

private:
    Result<void> take_module(const ArchiveEntry& entry, const Place& place) {
        // The directory opt/lib/modules itself.
        if (place.kernel.empty()) {
            return {};
        }
        if (!only_kernel_.empty() && place.kernel != only_kernel_) {
            result_.other_kernels.insert(place.kernel);
            return {};
        }
        auto& tree = result_.trees[place.kernel];
        if (is_link_to_node(entry, place)) {
            tree.links_dropped = true;
            note(compose(
                "left out: the link {} to the node's own {}", entry.path, printable(entry.target)
            ));
            return {};
        }
        if (entry.kind != EntryKind::directory) {
            count_module(tree, entry, place);
        }
        tree.index = tree.index || place.path == "modules.dep.bin";
        return put(entry, place, modules_, tree_in_area(place.kernel));
    }

    void count_module(ExtractedTree& tree, const ArchiveEntry& entry, const Place& place) {
        if (is_module_file(place.path)) {
            tree.paths.insert(place.path);
            tree.modules = tree.paths.size();
        } else if (is_unread_module(place.path)) {
            note(compose("{}: no module, depmod does not read what packs it", entry.path));
        }
    }

    /// An index may have been made before the last module came, or of modules behind links that the
    /// image does not have. Of no use either is one without its text.
    bool is_index_right(const std::string& kernel, const ExtractedTree& tree) {
        auto text = modules_.open(compose("{}/modules.dep", tree_in_area(kernel)));
        return text && lists_exactly(**text, tree.paths);
    }

    Result<void> take_user_file(const ArchiveEntry& entry, const Place& place) {
        result_.user_files += entry.kind == EntryKind::directory ? 0 : 1;
        const auto program = program_in_user_tree(place.path);
        if (!program.empty() && entry.kind == EntryKind::file) {
            result_.programs.try_emplace(
                std::string(program), compose("{}/{}", user_in_area, place.path)
            );
        }
        return put(entry, place, user_, std::string(user_in_area));
    }

    Result<void> take_program(const ArchiveEntry& entry, const Place& place) {
        if (entry.kind != EntryKind::file) {
            leave_out(entry, "this is a hard link");
            return {};
        }
        auto known = std::ranges::find(programs_, place.path, &Program::name);
        if (known == programs_.end()) {
            known = programs_.insert(known, {place.path, place.rank, entry.path});
        } else {
            const bool better = place.rank <= known->rank;
            note(compose(
                "left out: {}: {} comes first",
                better ? known->in_image : entry.path,
                better ? entry.path : known->in_image
            ));
            if (!better) {
                return {};
            }
            *known = {place.path, place.rank, entry.path};
        }
        const auto path = compose("{}/{}", programs_in_area, place.path);
        result_.programs[place.path] = path;
        note_mode(entry);
        return user_.write_file(path, true, source_);
    }

    /// What is staged belongs to root: with the bit everybody would run it as root.
    void note_mode(const ArchiveEntry& entry) {
        if (entry.set_id && entry.kind == EntryKind::file) {
            note(compose("left out: {}: the set-user-id bit", entry.path));
        }
    }

    /// A program that is a link here may be a file elsewhere: what is said of it has time.
    void leave_out(const ArchiveEntry& entry, std::string_view why) {
        if (!why.empty()) {
            not_taken_.emplace(compose("left out: {}: {}", entry.path, why), file_name(entry.path));
        }
    }

    void note(std::string text) { result_.notes.push_back(std::move(text)); }

    Result<void>
    put(const ArchiveEntry& entry, const Place& place, WorkArea& area, const std::string& top) {
        const std::string path = place.path.empty() ? top : compose("{}/{}", top, place.path);
        if (entry.kind == EntryKind::directory) {
            return area.make_directory(path);
        }
        if (place.path.empty()) {
            return failure(
                ErrorCode::mismatch, compose("refused: \"{}\" is no directory", entry.path)
            );
        }
        if (entry.kind == EntryKind::file) {
            links_.erase(path);
            note_mode(entry);
            return area.write_file(path, entry.executable, source_);
        }
        TRY(check_link(entry, place));
        if (entry.kind == EntryKind::link) {
            links_.insert(path);
            return area.make_link(path, entry.target);
        }
        return put_hard_link(entry, path, area, top);
    }

    /// check_link() has made sure that the target is in the same tree. If that is a link, the new
    /// name may have fewer folders above it, and what the link leads to is another file there.
    Result<void> put_hard_link(
        const ArchiveEntry& entry, const std::string& path, WorkArea& area, const std::string& top
    ) {
        ArchiveEntry target;
        target.path = entry.target;
        target.kind = EntryKind::file;
        const auto place = TRY(place_of(target));
        const auto existing = compose("{}/{}", top, place.path);
        if (links_.contains(existing)) {
            return failure(
                ErrorCode::mismatch,
                compose("refused: \"{}\" is a hard link to a link, {}", entry.path, entry.target)
            );
        }
        return area.make_hard_link(path, existing);
    }

    EntrySource& source_;
    std::string only_kernel_;
    WorkArea& modules_;
    WorkArea& user_;
    Extracted result_;
    std::vector<Program> programs_;
    std::set<std::string> links_;                   ///< paths in the areas
    std::map<std::string, std::string> not_taken_;  ///< by note: the name of what is not taken
};

}  // namespace

std::string tree_in_area(const std::string& kernel) {
    return compose("{}/{}", paths::in_tree_modules.substr(1), kernel);
}

Result<Extracted>
extract(EntrySource& source, const std::string& only_kernel, WorkArea& modules, WorkArea& user) {
    Extraction extraction(source, only_kernel, modules, user);
    ArchiveEntry entry;
    for (;;) {
        const auto more = TRY(source.next(entry));
        if (!more) {
            return extraction.finish();
        }
        TRY(extraction.take(entry));
    }
}

}  // namespace onload_node
