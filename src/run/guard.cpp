// SPDX-License-Identifier: BSD-2-Clause
#include "run/guard.hpp"

#include "base/text.hpp"
#include "base/toml.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace onload_node {

namespace {

Result<GuardRecord> damaged(const std::string& what) {
    return failure(ErrorCode::mismatch, compose("{}: {}", paths::guard_file, what));
}

/// Every key must be present and have its type: nobody should guess about dead boots.
Result<GuardRecord> guard_record_from(const toml::table& table) {
    const auto kernel = table["kernel"].value<std::string>();
    const auto attempts = table["attempts"].value_exact<std::int64_t>();
    const auto boot_id = table["boot-id"].value<std::string>();
    const auto tripped = table["tripped"].value<bool>();
    const auto reason = table["reason"].value<std::string>();
    // Records of earlier versions have none.
    const auto unreachable = table["unreachable"].value_or(std::int64_t{0});
    const toml::array* const set = table["set"].as_array();
    const bool complete = kernel && attempts && boot_id && tripped && reason && set != nullptr;
    if (!complete || *attempts < 0 || *attempts > std::numeric_limits<int>::max() ||
        unreachable < 0 || unreachable > *attempts) {
        return damaged("a key is missing or wrong");
    }
    GuardRecord record{
        {},
        *kernel,
        static_cast<unsigned>(*attempts),
        *boot_id,
        *tripped,
        *reason,
        static_cast<unsigned>(unreachable),
        table["kept-as"].value_or(std::string())};
    for (const auto& line : *set) {
        record.set.push_back(line.value_or(std::string()));
    }
    return record;
}

/// Nothing if there is no guard.
Result<std::optional<GuardRecord>> read(const Files& files) {
    const auto text = files.read(paths::guard_file);
    if (!text) {
        return text.error().code == ErrorCode::not_found
                   ? Result<std::optional<GuardRecord>>(std::nullopt)
                   : tl::unexpected(text.error());
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return tl::unexpected(damaged(std::string(document.error().description())).error());
    }
    auto record = guard_record_from(document.table());
    return record ? Result<std::optional<GuardRecord>>(std::move(*record))
                  : tl::unexpected(record.error());
}

Result<void> take_back(Files& files, GuardRecord& record, unsigned attempts) {
    record.attempts -= std::min(record.attempts, attempts);
    if (record.attempts == 0 && !record.tripped) {
        return files.remove(paths::guard_file);
    }
    return write_guard(files, record);
}

}  // namespace

void read_guard(Observed& observed, const Files& files) {
    auto record = read(files);
    observed.guard = record ? std::move(*record) : std::nullopt;
    observed.guard_problem = record ? std::string() : record.error().message;
}

Result<void> write_guard(Files& files, const GuardRecord& record) {
    toml::array set;
    for (const auto& line : record.set) {
        set.push_back(line);
    }
    const toml::table document{
        {"set", std::move(set)},
        {"kernel", record.kernel},
        {"attempts", static_cast<std::int64_t>(record.attempts)},
        {"boot-id", record.boot_id},
        {"tripped", record.tripped},
        {"reason", record.reason},
        {"unreachable", static_cast<std::int64_t>(record.unreachable)},
        {"kept-as", record.kept_as},
    };
    return files.write(paths::guard_file, toml_text(document));
}

Result<void> disarm_guard(Files& files, const std::string& boot_id) {
    auto record = TRY(read(files));
    if (!record || record->boot_id != boot_id) {
        return {};
    }
    record->boot_id.clear();
    // Counted as one that reached nothing.
    const bool stays = !record->tripped && !record->reason.empty();
    return stays ? write_guard(files, *record) : take_back(files, *record, 1);
}

Result<void> mark_unreached(Files& files, const std::string& boot_id, const std::string& missing) {
    auto record = TRY(read(files));
    if (!record || record->boot_id != boot_id || !record->reason.empty()) {
        return {};
    }
    record->reason = missing;
    record->unreachable += 1;
    return write_guard(files, *record);
}

Result<void> forgive_unreached(Files& files) {
    auto record = TRY(read(files));
    if (!record) {
        return {};
    }
    const unsigned unreachable = std::exchange(record->unreachable, 0);
    return take_back(files, *record, unreachable);
}

Result<void> trip_guard(Files& files, const std::string& reason) {
    auto record = TRY(read(files));
    if (!record) {
        return failure(ErrorCode::not_found, "there is no guard to trip");
    }
    record->tripped = true;
    record->reason = reason;
    return write_guard(files, *record);
}

}  // namespace onload_node
