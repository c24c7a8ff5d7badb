// SPDX-License-Identifier: BSD-2-Clause
// The record of what is staged: `purge` removes what it lists, containers are given it, so each
// name is one of ours; written again it lists the same.
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "one_file.hpp"
#include "stage/library_folder.hpp"
#include "stage/record.hpp"
#include "target.hpp"

using namespace onload_node;

namespace {

void check_names(const StageRecord& record) {
    for (const auto& libraries : record.libraries) {
        const auto& folder = libraries.folder;
        fuzz::require(folder.empty() || is_library_folder(folder));
        fuzz::require(folder.find('/') == std::string::npos && folder != "..");
    }
    for (const auto& program : record.programs) {
        fuzz::require(contains(paths::staged_programs, program.name));
    }
}

void check_equal(const StageRecord& one, const StageRecord& other) {
    fuzz::require(one.trees.size() == other.trees.size());
    fuzz::require(one.programs.size() == other.programs.size());
    for (std::size_t i = 0; i < one.trees.size(); ++i) {
        fuzz::require(one.trees[i].kernel == other.trees[i].kernel);
        fuzz::require(one.trees[i].from.source == other.trees[i].from.source);
        fuzz::require(one.trees[i].set == other.trees[i].set);
    }
    for (const auto& source : one.sources) {
        const auto* const found = other.find_source(source.source);
        fuzz::require(found != nullptr && found->digest == source.digest);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::OneFile file(paths::staged_record, fuzz::text_of(data, size));
    const auto record = read_stage_record(file);
    check_names(record);
    fuzz::require(write_stage_record(file, record).has_value());
    check_equal(record, read_stage_record(file));
    return 0;
}
