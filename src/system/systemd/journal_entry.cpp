// SPDX-License-Identifier: BSD-2-Clause
#include "system/systemd/journal_entry.hpp"

#include "core/model/units.hpp"

namespace onload_node {

std::vector<std::string> journal_fields(const JournalEntry& entry) {
    std::vector<std::string> fields = {
        "MESSAGE=" + entry.message,
        "PRIORITY=" + std::to_string(static_cast<int>(entry.priority)),
        "SYSLOG_IDENTIFIER=onload-node",
        // Also what another unit has us say belongs to the story of this one: `systemctl status`
        // shows it.
        "OBJECT_SYSTEMD_UNIT=" + std::string(units::self),
    };
    if (!entry.step.empty()) {
        fields.push_back("ONLOAD_NODE_STEP=" + entry.step);
    }
    if (!entry.reason.empty()) {
        fields.push_back("ONLOAD_NODE_REASON=" + entry.reason);
    }
    if (entry.duration) {
        fields.push_back("ONLOAD_NODE_DURATION_MS=" + std::to_string(entry.duration->count()));
    }
    return fields;
}

std::string plain_line(const JournalEntry& entry) {
    switch (entry.priority) {
    case Priority::error:
        return "error: " + entry.message;
    case Priority::warning:
        return "warning: " + entry.message;
    default:
        return entry.message;
    }
}

}  // namespace onload_node
