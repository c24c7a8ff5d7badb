// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "stage/selection.hpp"
#include "stage/staging_parts.hpp"

#include <utility>

namespace onload_node {

namespace {

constexpr std::string_view programs_in_area = "programs";

class Extraction {
public:
    Extraction(EntrySource& source, std::string only_kernel, WorkArea& modules, WorkArea& user)
        : source_(source), only_kernel_(std::move(only_kernel)), modules_(modules), user_(user) {}

    Result<void> take(const ArchiveEntry& entry) {
        const auto place = TRY(place_of(entry));
        switch (place.part) {
        case Part::none:
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

    Extracted result;

private:
    Result<void> take_module(const ArchiveEntry& entry, const Place& place) {
        // The directory opt/lib/modules itself.
        if (place.kernel.empty()) {
            return {};
        }
        if (!only_kernel_.empty() && place.kernel != only_kernel_) {
            result.other_kernels.insert(place.kernel);
            return {};
        }
        auto& tree = result.trees[place.kernel];
        if (is_link_to_node(entry, place)) {
            tree.links_dropped = true;
            result.notes.push_back(
                compose("left out: the link {} to the node's own {}", entry.path, entry.target)
            );
            return {};
        }
        if (entry.kind != EntryKind::directory && is_module_file(place.path)) {
            ++tree.modules;
        }
        tree.index = tree.index || place.path == "modules.dep.bin";
        return put(entry, place, modules_, tree_in_area(place.kernel));
    }

    Result<void> take_user_file(const ArchiveEntry& entry, const Place& place) {
        result.user_files += entry.kind == EntryKind::directory ? 0 : 1;
        const auto program = program_in_user_tree(place.path);
        if (!program.empty() && entry.kind == EntryKind::file) {
            result.programs.try_emplace(
                std::string(program), compose("{}/{}", user_in_area, place.path)
            );
        }
        return put(entry, place, user_, std::string(user_in_area));
    }

    Result<void> take_program(const ArchiveEntry& entry, const Place& place) {
        if (entry.kind != EntryKind::file) {
            result.notes.push_back(compose("left out: {} is a hard link", entry.path));
            return {};
        }
        const auto path = compose("{}/{}", programs_in_area, place.path);
        result.programs[place.path] = path;
        return user_.write_file(path, true, source_);
    }

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
            return area.write_file(path, entry.executable, source_);
        }
        TRY(check_link(entry, place));
        return entry.kind == EntryKind::link ? area.make_link(path, entry.target)
                                             : put_hard_link(entry, path, area, top);
    }

    /// check_link() has made sure that the target is in the same tree.
    static Result<void> put_hard_link(
        const ArchiveEntry& entry, const std::string& path, WorkArea& area, const std::string& top
    ) {
        ArchiveEntry target;
        target.path = entry.target;
        target.kind = EntryKind::file;
        const auto place = TRY(place_of(target));
        return area.make_hard_link(path, compose("{}/{}", top, place.path));
    }

    EntrySource& source_;
    std::string only_kernel_;
    WorkArea& modules_;
    WorkArea& user_;
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
            return std::move(extraction.result);
        }
        TRY(extraction.take(entry));
    }
}

}  // namespace onload_node
