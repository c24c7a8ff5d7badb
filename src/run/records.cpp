// SPDX-License-Identifier: BSD-2-Clause
#include "run/records.hpp"

#include "base/text.hpp"
#include "base/toml.hpp"
#include "base/words.hpp"
#include "core/model/identifiers.hpp"
#include "core/model/paths.hpp"
#include "stage/parameters_form.hpp"

#include <algorithm>

namespace onload_node {

namespace {

LoadRecord load_record_from(const toml::table& table) {
    return {
        table["sha256"].value_or(std::string()),
        table["build-id"].value_or(std::string()),
        parameters_from_toml(table.get("parameters"))};
}

toml::table to_toml(const LoadRecord& record) {
    return toml::table{
        {"sha256", record.sha256},
        {"build-id", record.build_id},
        {"parameters", parameters_to_toml(record.parameters)},
    };
}

}  // namespace

std::map<ModuleName, LoadRecord> read_load_records(const Files& files) {
    std::map<ModuleName, LoadRecord> records;
    const auto text = files.read(paths::loaded_record);
    if (!text) {
        return records;
    }
    // A record that cannot be read counts as none: the build-ids decide.
    const auto document = toml::parse(*text);
    if (!document) {
        return records;
    }
    for (const auto& [key, node] : document.table()) {
        const auto name = ModuleName::parse(key.str());
        if (name && node.is_table()) {
            records[*name] = load_record_from(*node.as_table());
        }
    }
    return records;
}

Result<void> record_load(Files& files, const LoadModule& step) {
    auto records = read_load_records(files);
    records[step.name] = {step.sha256, step.build_id, step.parameters};
    toml::table document;
    for (const auto& [name, record] : records) {
        document.insert(name.str(), to_toml(record));
    }
    return files.write(paths::loaded_record, toml_text(document));
}

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
            return compose("the entry \"{}\" is wrong, or contradicts another", key.str());
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
    auto text = files.read(paths::names_file);
    if (!text) {
        observed.names_problem =
            text.error().code == ErrorCode::not_found ? "" : text.error().message;
        return;
    }
    observed.names_text = std::move(*text);
    const auto problem = read_record(observed.remembered, observed.names_text);
    if (!problem.empty()) {
        observed.remembered.clear();
        observed.names_problem = compose("{}: {}", paths::names_file, problem);
    }
}

Reach read_reach(const Files& files) {
    Reach reach;
    const auto document = toml::parse(files.read(paths::reach_file).value_or(""));
    if (!document) {
        return reach;
    }
    for (const auto& [key, node] : document.table()) {
        if (const auto mac = MacAddress::parse(key.str())) {
            reach.push_back({*mac, node.value_or(false)});
        }
    }
    return reach;
}

Result<void> write_reach(Files& files, const Reach& reach) {
    toml::table document;
    for (const auto& port : reach) {
        document.insert(port.mac.to_string(), port.default_route);
    }
    return files.write(paths::reach_file, toml_text(document));
}

namespace {

const std::string_view busy_code = to_string(ReasonCode::busy);

}  // namespace

RunRecord to_record(const ExecutionReport& execution, const std::string& boot_id) {
    RunRecord record{boot_id, {}, {}, 0};
    for (const auto& failed : execution.failures) {
        std::string text = compose("{}: {}", failed.step, failed.error.message);
        for (const auto& left : failed.left_behind) {
            text += "; could not be taken back: " + left;
        }
        const bool busy = failed.error.code == ErrorCode::busy;
        record.failures.push_back(
            {failed.phase,
             std::move(text),
             busy ? ReasonCode::busy : ReasonCode::undone,
             !failed.left_behind.empty()}
        );
    }
    for (const auto& timing : execution.timings) {
        record.timings_ms.emplace_back(timing.step, timing.duration.count());
        record.steps.push_back({timing.step, timing.begun.count(), timing.duration.count()});
    }
    return record;
}

namespace {

void read_steps(RunRecord& record, const toml::table& document) {
    const toml::array* const steps = document["steps"].as_array();
    for (std::size_t i = 0; steps != nullptr && i < steps->size(); ++i) {
        const auto entry = document["steps"][i];
        const auto number = [&](const char* key) { return entry[key].value_or(std::int64_t{0}); };
        record.steps.push_back(
            {entry["step"].value_or(std::string()), number("begun-ms"), number("took-ms")}
        );
    }
}

toml::array steps_of(const RunRecord& record) {
    toml::array steps;
    for (const auto& step : record.steps) {
        steps.push_back(toml::table{
            {"step", step.step}, {"begun-ms", step.begun_ms}, {"took-ms", step.took_ms}});
    }
    return steps;
}

}  // namespace

RunRecord read_run_record(const Files& files) {
    RunRecord record;
    const auto text = files.read(paths::last_run);
    if (!text) {
        return record;
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return record;
    }
    const auto& table = document.table();
    record.boot_id = table["boot-id"].value_or(std::string());
    record.took_ms = table["took-ms"].value_or(std::int64_t{0});
    if (const toml::table* const failures = table["failures"].as_table()) {
        for (const auto phase : enumerators<PhaseName>) {
            const auto failed = (*failures)[to_string(phase)];
            if (const auto what = failed["what"].value<std::string>()) {
                const bool busy = failed["code"].value_or(std::string()) == busy_code;
                record.failures.push_back(
                    {phase, *what, busy ? ReasonCode::busy : ReasonCode::undone}
                );
            }
        }
    }
    if (const toml::table* const timings = table["timings"].as_table()) {
        for (const auto& [step, duration] : *timings) {
            record.timings_ms.emplace_back(
                step.str(), duration.value_exact<std::int64_t>().value_or(0)
            );
        }
    }
    read_steps(record, table);
    return record;
}

Result<void> write_run_record(Files& files, const RunRecord& record) {
    toml::table failures;
    for (const auto& failed : record.failures) {
        failures.insert(
            to_string(failed.phase),
            toml::table{{"what", failed.text}, {"code", to_string(failed.code)}}
        );
    }
    toml::table timings;
    for (const auto& [step, duration] : record.timings_ms) {
        timings.insert(step, duration);
    }
    const toml::table document{
        {"boot-id", record.boot_id},
        {"took-ms", record.took_ms},
        {"failures", std::move(failures)},
        {"timings", std::move(timings)},
        {"steps", steps_of(record)},
    };
    return files.write(paths::last_run, toml_text(document));
}

void read_clock_fallback(Observed& observed, const Files& files) {
    observed.clock_fallback.reset();
    const auto text = files.read(paths::clock_record);
    if (!text) {
        return;
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return;
    }
    const auto& table = document.table();
    const auto number = [&](const char* key) { return table[key].value_or(std::int64_t{0}); };
    observed.clock_fallback = ClockFallback{
        number("since"),
        number("next"),
        std::max<std::int64_t>(number("tries"), 0),
        table["waits-for"].value_or(std::string())};
}

Result<void> write_clock_fallback(Files& files, const ClockFallback& record) {
    return files.write(
        paths::clock_record,
        toml_text(toml::table{
            {"since", record.since},
            {"next", record.next},
            {"tries", record.tries},
            {"waits-for", record.waits_for}})
    );
}

}  // namespace onload_node
