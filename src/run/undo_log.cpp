// SPDX-License-Identifier: BSD-2-Clause
#include "run/undo_log.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "core/model/paths.hpp"
#include "run/step_toml.hpp"

#include <algorithm>

namespace onload_node {

namespace {

Result<UndoEntry> entry_from(const toml::table& table) {
    const auto word = table["phase"].value_or(std::string());
    const auto phase = from_word<PhaseName>(word);
    if (!phase) {
        return failure(ErrorCode::mismatch, compose("there is no phase \"{}\"", word));
    }
    UndoEntry entry{*phase, table["done"].value_or(std::string()), {}};
    const toml::array* const steps = table["inverse"].as_array();
    if (steps == nullptr) {
        return failure(ErrorCode::mismatch, "an entry has no list \"inverse\"");
    }
    for (const auto& item : *steps) {
        if (!item.is_table()) {
            return failure(ErrorCode::mismatch, "an inverse is no table");
        }
        auto step = TRY(step_from_toml(*item.as_table()));
        entry.inverse.push_back(std::move(step));
    }
    return entry;
}

toml::table to_toml(const UndoEntry& entry) {
    toml::array steps;
    for (const auto& step : entry.inverse) {
        steps.push_back(to_toml(step));
    }
    return toml::table{
        {"phase", to_string(entry.phase)}, {"done", entry.done}, {"inverse", std::move(steps)}};
}

/// The entry as a piece of the file, which can follow others.
std::string text_of(const UndoEntry& entry) {
    return "\n" + toml_text(toml::table{{"entry", toml::array{to_toml(entry)}}});
}

}  // namespace

Result<void> UndoLog::load() {
    const std::string path(paths::undo_log);
    const auto text = files_.read(path);
    if (!text) {
        return text.error().code == ErrorCode::not_found ? Result<void>()
                                                         : tl::unexpected(text.error());
    }
    const auto document = toml::parse(*text, path);
    if (!document) {
        return failure(
            ErrorCode::mismatch, compose("{}: {}", path, document.error().description())
        );
    }
    std::vector<UndoEntry> entries;
    if (const toml::array* const list = document.table()["entry"].as_array()) {
        for (const auto& item : *list) {
            if (!item.is_table()) {
                return failure(ErrorCode::mismatch, path + ": an entry is no table");
            }
            auto entry = entry_from(*item.as_table());
            if (!entry) {
                return failure(path, entry.error());
            }
            entries.push_back(std::move(*entry));
        }
    }
    const auto committed = document.table()["committed"].value_exact<std::int64_t>().value_or(0);
    shorten(0);
    entries_ = std::move(entries);
    committed_ =
        std::min(static_cast<std::size_t>(std::max(committed, std::int64_t{0})), entries_.size());
    return {};
}

Result<void> UndoLog::append(UndoEntry entry) {
    entries_.push_back(std::move(entry));
    auto saved = save();
    if (!saved) {
        shorten(entries_.size() - 1);
    }
    return saved;
}

Result<void> UndoLog::commit() {
    committed_ = entries_.size();
    return save_or_drop();
}

Result<void> UndoLog::truncate(std::size_t count, std::vector<UndoEntry> open) {
    shorten(count);
    committed_ = std::min(committed_, entries_.size());
    for (auto& entry : open) {
        entries_.push_back(std::move(entry));
    }
    return save_or_drop();
}

Result<void> UndoLog::forget(PhaseName phase) {
    std::vector<UndoEntry> kept;
    std::size_t committed = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (i >= committed_ || entries_[i].phase != phase) {
            kept.push_back(std::move(entries_[i]));
            committed += i < committed_ ? 1U : 0U;
        }
    }
    shorten(0);
    entries_ = std::move(kept);
    committed_ = committed;
    return save_or_drop();
}

void UndoLog::shorten(std::size_t count) {
    entries_.resize(std::min(count, entries_.size()));
    texts_.resize(std::min(count, texts_.size()));
}

/// The file must not list finished entries as open: a later run would undo them, even with the
/// network up. No record is better than a wrong one, and takes no space.
Result<void> UndoLog::save_or_drop() {
    if (save() || save()) {
        return {};
    }
    auto dropped = files_.remove(paths::undo_log);
    return dropped ? failure(ErrorCode::io, "it is dropped; revert will not know of it") : dropped;
}

Result<void> UndoLog::save() {
    if (entries_.empty()) {
        return files_.remove(paths::undo_log);
    }
    for (std::size_t next = texts_.size(); next < entries_.size(); ++next) {
        texts_.push_back(text_of(entries_[next]));
    }
    auto document = compose("committed = {}\n", std::to_string(committed_));
    for (const auto& text : texts_) {
        document += text;
    }
    return files_.write(paths::undo_log, document);
}

}  // namespace onload_node
