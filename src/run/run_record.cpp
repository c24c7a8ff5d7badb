// SPDX-License-Identifier: BSD-2-Clause
#include "run/run_record.hpp"

#include "base/toml.hpp"
#include "base/words.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

namespace {

const std::string_view busy_code = to_string(ReasonCode::busy);

}  // namespace

RunRecord to_record(const ExecutionReport& execution, const std::string& boot_id) {
    RunRecord record{boot_id, {}, {}};
    for (const auto& failed : execution.failures) {
        std::string text = failed.step + ": " + failed.error.message;
        for (const auto& left : failed.left_behind) {
            text += "; could not be taken back: " + left;
        }
        const bool busy = failed.error.code == ErrorCode::busy;
        record.failures.push_back(
            {failed.phase, std::move(text), busy ? ReasonCode::busy : ReasonCode::undone}
        );
    }
    for (const auto& timing : execution.timings) {
        record.timings_ms.emplace_back(timing.step, timing.duration.count());
    }
    return record;
}

RunRecord read_run_record(const Files& files) {
    RunRecord record;
    const auto text = files.read(std::string(paths::last_run));
    if (!text) {
        return record;
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return record;
    }
    const auto& table = document.table();
    record.boot_id = table["boot-id"].value_or(std::string());
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
        {"failures", std::move(failures)},
        {"timings", std::move(timings)},
    };
    return files.write(std::string(paths::last_run), toml_text(document));
}

}  // namespace onload_node
