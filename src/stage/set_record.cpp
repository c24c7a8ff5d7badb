// SPDX-License-Identifier: BSD-2-Clause
#include "stage/set_record.hpp"

#include "base/text.hpp"
#include "base/toml.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace onload_node {

namespace {

/// Kernel and digest name a folder; of the rest a wrong one would be guessed at.
bool read_entry(SetEntry& entry, const toml::table& table) {
    const auto text = [&](std::string_view key) { return table[key].value_or(std::string()); };
    const auto failed = table["failed"].value_or(std::int64_t{-1});
    entry.kernel = text("kernel");
    entry.digest = text("digest");
    entry.source = text("source");
    entry.image = text("image");
    entry.confirmed = text("confirmed");
    entry.wanted = table["wanted"].value_or(false);
    entry.unfinished = table["unfinished"].value_or(false);
    entry.reason = text("reason");
    if (failed < 0 || failed > std::numeric_limits<int>::max()) {
        return false;
    }
    entry.failed = static_cast<unsigned>(failed);
    return is_kernel_release(entry.kernel) && is_set_digest(entry.digest);
}

tl::unexpected<Error> damaged(std::string_view what) {
    return failure(ErrorCode::mismatch, compose("{}: {}", paths::sets_file, what));
}

toml::table to_toml(const SetEntry& entry) {
    return toml::table{
        {"kernel", entry.kernel},
        {"digest", entry.digest},
        {"source", entry.source},
        {"image", entry.image},
        {"confirmed", entry.confirmed},
        {"wanted", entry.wanted},
        {"unfinished", entry.unfinished},
        {"failed", static_cast<std::int64_t>(entry.failed)},
        {"reason", entry.reason},
    };
}

}  // namespace

Result<SetRecord> read_set_record(const Files& files) {
    const auto text = files.read(paths::sets_file);
    if (!text) {
        return text.error().code == ErrorCode::not_found ? Result<SetRecord>(SetRecord())
                                                         : tl::unexpected(text.error());
    }
    const auto document = toml::parse(*text);
    if (!document) {
        return damaged(document.error().description());
    }
    SetRecord record;
    const toml::array* const list = document.table()["set"].as_array();
    if (list == nullptr) {
        return damaged("it lists no sets");
    }
    for (const auto& node : *list) {
        const toml::table* const table = node.as_table();
        SetEntry entry;
        if (table == nullptr || !read_entry(entry, *table)) {
            return damaged("an entry is wrong");
        }
        record.push_back(std::move(entry));
    }
    return record;
}

Result<void> write_set_record(Files& files, const SetRecord& record) {
    toml::array list;
    for (const auto& entry : record) {
        list.push_back(to_toml(entry));
    }
    return files.write(paths::sets_file, toml_text(toml::table{{"set", std::move(list)}}));
}

}  // namespace onload_node
