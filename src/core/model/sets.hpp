// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/model/config.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// Parameters of several modules.
using ModuleParameterSets = std::map<ModuleName, ModuleParameters>;

/// Configured parameters with which a set failed that was confirmed with others.
struct FailedParameters {
    ModuleParameterSets parameters;  ///< all that were configured
    unsigned times = 0;              ///< boots and swaps that failed with them
    std::string boot_id;             ///< of the last one
    std::string reason;              ///< of the last one

    bool operator==(const FailedParameters&) const = default;
};

/// What is staged together for one kernel, under the digest of its files: modules, user libraries
/// and programs (paths::sets_file). An entry of a set that is not in place is of one that is kept.
struct SetEntry {
    std::string kernel;       ///< release
    std::string digest;       ///< 64 hexadecimal digits
    std::string source;       ///< what its modules were staged from
    std::string image;        ///< digest of that; may be empty
    std::string confirmed;    ///< when a boot with it proved good first, UTC; empty if none did
    bool wanted = false;      ///< put in place last by a person or by staging, not by a boot
    bool unfinished = false;  ///< it was about to be put in place; what is there may be a mixture
    unsigned failed = 0;      ///< boots and swaps that failed since it was put in place
    std::string reason;       ///< of the last failure, or why it could not be put in place
    ModuleParameterSets parameters = {};      ///< with which it was confirmed last
    FailedParameters failed_parameters = {};  ///< since it was put in place

    bool operator==(const SetEntry&) const = default;
};

/// What is known of the sets of all kernels (paths::sets_file).
using SetRecord = std::vector<SetEntry>;

/// The start of a digest, which is enough for people.
[[nodiscard]] std::string short_digest(const std::string& digest);

/// "once", "3 times": how often a set has failed.
[[nodiscard]] std::string times(unsigned number);

/// The entry of a set; null if there is none.
[[nodiscard]] SetEntry*
find_set(SetRecord& record, std::string_view kernel, std::string_view digest);
[[nodiscard]] const SetEntry*
find_set(const SetRecord& record, std::string_view kernel, std::string_view digest);

/// The entry of a set, made if need be.
[[nodiscard]] SetEntry&
set_entry(SetRecord& record, const std::string& kernel, const std::string& digest);

/// Notes that the set is what the kernel is to have, and begins anew with it.
void note_wanted(SetRecord& record, const std::string& kernel, const std::string& digest);

/// Forgets how the set has failed.
void forgive(SetEntry& entry);

/// Notes that no set of the kernel is half in place any more.
void note_finished(SetRecord& record, const std::string& kernel);

/// The confirmed set to fall back on from `in_place`: the one that was in place last, if it was
/// confirmed, else the one confirmed last. Null if there is none that has not failed.
[[nodiscard]] const SetEntry* last_confirmed(
    const SetRecord& record,
    const std::string& kernel,
    const std::string& in_place,
    const std::string& before
);

/// The kept set that a person means: "previous" is the one to fall back on or, where none was
/// confirmed, the one that is kept; anything else is the start of a digest. ErrorCode::not_found:
/// there is none. ErrorCode::usage: there are several.
[[nodiscard]] Result<std::string> choose_set(
    const SetRecord& record,
    const std::string& kernel,
    const std::string& in_place,
    const std::vector<std::string>& kept,
    const std::string& which
);

/// True for the digest of a set, which names a folder.
[[nodiscard]] bool is_set_digest(std::string_view text);

}  // namespace onload_node
