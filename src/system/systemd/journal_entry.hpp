// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace onload_node {

/// How much an entry matters, as syslog counts.
enum class Priority { error = 3, warning = 4, notice = 5, info = 6 };

/// One thing that an administrator should read, and what machines may look for.
struct JournalEntry {
    Priority priority = Priority::info;
    std::string message;
    std::string step;    ///< key of the step it is about; empty when none
    std::string reason;  ///< why that step was taken; empty when not known
    std::optional<Milliseconds> duration;
};

/// "FIELD=value" for each field of the journal; those not known are left out.
[[nodiscard]] std::vector<std::string> journal_fields(const JournalEntry& entry);

/// The same for people who read standard error.
[[nodiscard]] std::string plain_line(const JournalEntry& entry);

}  // namespace onload_node
