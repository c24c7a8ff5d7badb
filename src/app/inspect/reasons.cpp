// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/reasons.hpp"

#include "app/inspect/inspect_commands.hpp"
#include "app/output/output_parts.hpp"
#include "app/output/terminal.hpp"
#include "base/text.hpp"
#include "core/model/exit_status.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr std::int64_t reasons_schema = 1;
constexpr std::string_view between_places = "; ";

std::vector<std::string> places_of(const ReasonFacts& facts) {
    std::vector<std::string> places;
    auto rest = facts.where_to_look;
    for (auto end = rest.find(between_places); end != std::string_view::npos;
         end = rest.find(between_places)) {
        places.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + between_places.size());
    }
    places.emplace_back(rest);
    return places;
}

toml::table reason_json(const ReasonFacts& facts) {
    toml::table entry;
    put(entry, "code", facts.word);
    put(entry, "meaning", facts.meaning);
    entry.insert("where_to_look", texts(places_of(facts)));
    put(entry, "advice", facts.advice);
    put(entry, "message_id", facts.message_id);
    return entry;
}

std::string reasons_json(std::span<const ReasonFacts> chosen) {
    toml::array list;
    std::ranges::for_each(chosen, [&](const ReasonFacts& facts) {
        list.push_back(reason_json(facts));
    });
    toml::table document;
    document.insert("schema", reasons_schema);
    document.insert("reasons", std::move(list));
    return to_json(document);
}

std::string reason_text(const ReasonFacts& facts) {
    std::string text = compose("{}\n    {}\n", facts.word, facts.meaning);
    std::string_view title = "look at: ";
    for (const auto& place : places_of(facts)) {
        text += compose("    {}{}\n", title, place);
        title = "         ";
    }
    return text + compose("    do:      {}\n", facts.advice);
}

std::string reasons_text(std::span<const ReasonFacts> chosen) {
    std::string text;
    for (const auto& facts : chosen) {
        text += compose("{}{}", text.empty() ? "" : "\n", reason_text(facts));
    }
    return text;
}

}  // namespace

Result<int> reasons(const Command& command) {
    auto chosen = all_reasons();
    if (!command.reason.empty()) {
        const auto* const facts = reason_of(command.reason);
        if (facts == nullptr) {
            return failure(
                ErrorCode::usage,
                compose("there is no reason \"{}\"; onload-node reasons lists them", command.reason)
            );
        }
        chosen = {facts, 1};
    }
    print(command.json ? reasons_json(chosen) : reasons_text(chosen));
    return exit_status::ok;
}

}  // namespace onload_node
