// SPDX-License-Identifier: BSD-2-Clause
#include "run/name_record.hpp"

#include "base/concat.hpp"
#include "base/toml.hpp"
#include "core/model/interface_name.hpp"
#include "core/model/paths.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// Accepts only valid names, because they go into .link files.
bool read_entry(RememberedName& entry, std::string_view slot, const toml::node& node) {
    const toml::array* const words = node.as_array();
    const auto address = PciAddress::parse(slot);
    if (!address || words == nullptr || words->size() < 2) {
        return false;
    }
    entry.slot = *address;
    std::size_t index = 0;
    for (const auto& word : *words) {
        const auto text = word.value_or(std::string());
        const auto mac = MacAddress::parse(text);
        if (index == 1 ? !mac && !text.empty() : !InterfaceName::parse(text)) {
            return false;
        }
        if (index == 0) {
            entry.name = text;
        } else if (index == 1) {
            entry.mac = mac ? std::optional(*mac) : std::nullopt;
        } else {
            entry.also.push_back(text);
        }
        ++index;
    }
    return true;
}

/// True if an earlier entry has the same slot, name or card: the names would then depend on the
/// order.
bool contradicts(const NameRecord& record, const RememberedName& entry) {
    return std::ranges::any_of(record, [&](const RememberedName& other) {
        return other.slot == entry.slot || other.name == entry.name ||
               (entry.mac && other.mac == entry.mac);
    });
}

/// Returns what is wrong with the text; empty if nothing is.
std::string read_record(NameRecord& record, const std::string& text) {
    const auto document = toml::parse(text);
    if (!document) {
        return std::string(document.error().description());
    }
    for (const auto& [key, node] : document.table()) {
        RememberedName entry;
        if (!read_entry(entry, key.str(), node) || contradicts(record, entry)) {
            return concat({"the entry \"", key.str(), "\" is wrong, or contradicts another"});
        }
        // Sorted by slot, so that nothing depends on how somebody has spelled it.
        const auto behind = std::ranges::lower_bound(record, entry.slot, {}, &RememberedName::slot);
        record.insert(behind, std::move(entry));
    }
    return "";
}

}  // namespace

void read_name_record(Observed& observed, const Files& files) {
    observed.remembered.clear();
    observed.names_text.clear();
    observed.names_problem.clear();
    auto text = files.read(std::string(paths::names_file));
    if (!text) {
        observed.names_problem =
            text.error().code == ErrorCode::not_found ? "" : text.error().message;
        return;
    }
    observed.names_text = std::move(*text);
    const auto problem = read_record(observed.remembered, observed.names_text);
    if (!problem.empty()) {
        observed.remembered.clear();
        observed.names_problem = concat({paths::names_file, ": ", problem});
    }
}

}  // namespace onload_node
