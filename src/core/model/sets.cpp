// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/sets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace onload_node {

namespace {

constexpr std::size_t digest_digits = 64;
constexpr std::size_t shown_digits = 12;

}  // namespace

std::string short_digest(const std::string& digest) {
    return digest.substr(0, shown_digits);
}

bool is_set_digest(std::string_view text) {
    return text.size() == digest_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string times(unsigned number) {
    return number == 1 ? "once" : compose("{} times", std::to_string(number));
}

SetEntry* find_set(SetRecord& record, std::string_view kernel, std::string_view digest) {
    const auto found = std::ranges::find_if(record, [&](const SetEntry& entry) {
        return entry.kernel == kernel && entry.digest == digest;
    });
    return found == record.end() ? nullptr : &*found;
}

const SetEntry*
find_set(const SetRecord& record, std::string_view kernel, std::string_view digest) {
    const auto found = std::ranges::find_if(record, [&](const SetEntry& entry) {
        return entry.kernel == kernel && entry.digest == digest;
    });
    return found == record.end() ? nullptr : &*found;
}

SetEntry& set_entry(SetRecord& record, const std::string& kernel, const std::string& digest) {
    if (SetEntry* const found = find_set(record, kernel, digest)) {
        return *found;
    }
    SetEntry entry;
    entry.kernel = kernel;
    entry.digest = digest;
    return record.emplace_back(std::move(entry));
}

void note_wanted(SetRecord& record, const std::string& kernel, const std::string& digest) {
    for (auto& entry : record) {
        entry.wanted = entry.wanted && entry.kernel != kernel;
    }
    auto& entry = set_entry(record, kernel, digest);
    entry.wanted = true;
    forgive(entry);
}

void forgive(SetEntry& entry) {
    entry.failed = 0;
    entry.reason.clear();
    entry.failed_parameters = {};
}

void note_finished(SetRecord& record, const std::string& kernel) {
    for (auto& entry : record) {
        entry.unfinished = entry.unfinished && entry.kernel != kernel;
    }
}

const SetEntry* last_confirmed(
    const SetRecord& record,
    const std::string& kernel,
    const std::string& in_place,
    const std::string& before
) {
    const SetEntry* last = nullptr;
    for (const auto& entry : record) {
        const bool good = entry.kernel == kernel && entry.digest != in_place &&
                          !entry.confirmed.empty() && entry.failed == 0;
        if (good && entry.digest == before) {
            return &entry;
        }
        if (good && (last == nullptr || last->confirmed < entry.confirmed)) {
            last = &entry;
        }
    }
    return last;
}

Result<std::string> choose_set(
    const SetRecord& record,
    const std::string& kernel,
    const std::string& in_place,
    const std::vector<std::string>& kept,
    const std::string& which
) {
    const bool previous = which == "previous";
    if (previous) {
        const auto* const confirmed = last_confirmed(record, kernel, in_place, "");
        if (confirmed != nullptr && contains(kept, confirmed->digest)) {
            return confirmed->digest;
        }
    }
    std::vector<std::string> found;
    for (const auto& digest : kept) {
        if (previous ? digest != in_place : digest.starts_with(which)) {
            found.push_back(digest);
        }
    }
    if (found.empty()) {
        return failure(
            ErrorCode::not_found,
            previous ? compose("no other set is kept for kernel {}", kernel)
                     : compose("no set that is kept for kernel {} begins with {}", kernel, which)
        );
    }
    if (found.size() > 1) {
        return failure(
            ErrorCode::usage,
            compose("{} may be {} or {}; onload-node trees lists them", which, found[0], found[1])
        );
    }
    return found.front();
}

}  // namespace onload_node
