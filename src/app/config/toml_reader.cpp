// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/toml_reader.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace onload_node {

namespace {

/// Number of single-character edits between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

/// The word that was probably meant; none when nothing is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& words) {
    const std::size_t tolerance = word.size() < 4 ? 1 : 2;
    std::optional<std::string> best;
    std::size_t best_distance = tolerance + 1;
    for (const auto& candidate : words) {
        const std::size_t d = distance(word, candidate);
        if (d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

std::string list_of(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

std::string hint(std::string_view word, const std::vector<std::string>& words) {
    if (const auto meant = nearest(word, words)) {
        return "; did you mean \"" + *meant + "\"?";
    }
    return words.empty() ? "" : "; known here: " + list_of(words);
}

}  // namespace

TomlReader::TomlReader(
    const toml::table& table,
    const std::string& file,
    std::string prefix,
    std::vector<std::string>& complaints
)
    : table_(table), file_(file), prefix_(std::move(prefix)), complaints_(complaints) {}

ConfigPosition TomlReader::position(const toml::node& node) const {
    const auto begin = node.source().begin;
    return {file_, static_cast<unsigned>(begin.line), static_cast<unsigned>(begin.column)};
}

std::string TomlReader::full_key(std::string_view key) const {
    return prefix_.empty() ? std::string(key) : prefix_ + "." + std::string(key);
}

void TomlReader::complain(const toml::node& node, const std::string& what) {
    complaints_.push_back(position(node).to_string() + ": " + what);
}

void TomlReader::wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
    complain(node, full_key(key) + " must be " + std::string(wanted));
}

const toml::node* TomlReader::find(std::string_view key) {
    if (std::ranges::find(known_, key) == known_.end()) {
        known_.emplace_back(key);
    }
    return table_.get(key);
}

void TomlReader::text(std::string_view key, std::string& target) {
    if (const auto* const node = find(key)) {
        if (const auto value = node->value_exact<std::string>()) {
            target = *value;
        } else {
            wrong_type(*node, key, "a text, like \"...\"");
        }
    }
}

void TomlReader::boolean(std::string_view key, bool& target) {
    if (const auto* const node = find(key)) {
        if (const auto value = node->value_exact<bool>()) {
            target = *value;
        } else {
            wrong_type(*node, key, "true or false");
        }
    }
}

void TomlReader::number(std::string_view key, unsigned& target, unsigned min, unsigned max) {
    if (const auto* const node = find(key)) {
        const auto value = node->value_exact<std::int64_t>();
        if (value && *value >= min && *value <= max) {
            target = static_cast<unsigned>(*value);
        } else {
            wrong_type(
                *node,
                key,
                "a whole number from " + std::to_string(min) + " to " + std::to_string(max)
            );
        }
    }
}

void TomlReader::duration(std::string_view key, Milliseconds& target) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return;
    }
    const auto value = node->value_exact<std::string>();
    if (!value) {
        wrong_type(*node, key, "a duration, like \"10s\", \"500ms\" or \"2min\"");
        return;
    }
    if (const auto parsed = parse_duration(*value)) {
        target = *parsed;
    } else {
        complain(*node, full_key(key) + ": " + parsed.error().message);
    }
}

void TomlReader::texts(std::string_view key, std::vector<std::string>& target) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return;
    }
    const auto* const list = node->as_array();
    if (list == nullptr) {
        wrong_type(*node, key, "a list of texts, like [\"...\"]");
        return;
    }
    std::vector<std::string> values;
    for (const auto& item : *list) {
        if (const auto value = item.value_exact<std::string>()) {
            values.push_back(*value);
        } else {
            wrong_type(item, key, "a list of texts only");
            return;
        }
    }
    target = std::move(values);
}

void TomlReader::modules(std::string_view key, std::vector<ModuleName>& target) {
    std::vector<std::string> values;
    const std::size_t before = complaints_.size();
    const bool configured = table_.contains(key);
    texts(key, values);
    if (!configured || complaints_.size() != before) {
        return;
    }
    std::vector<ModuleName> modules;
    for (const auto& value : values) {
        if (auto name = ModuleName::parse(value)) {
            modules.push_back(std::move(*name));
        } else {
            complain(*table_.get(key), full_key(key) + ": " + name.error().message);
            return;
        }
    }
    target = std::move(modules);
}

void TomlReader::word(
    std::string_view key,
    const std::vector<std::string_view>& words,
    const std::function<void(std::size_t)>& set
) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return;
    }
    const auto value = node->value_exact<std::string>();
    const auto found = value ? std::ranges::find(words, *value) : words.end();
    if (found != words.end()) {
        set(static_cast<std::size_t>(found - words.begin()));
        return;
    }
    const std::vector<std::string> known(words.begin(), words.end());
    const auto meant = value ? nearest(*value, known) : std::nullopt;
    complain(
        *node,
        full_key(key) + " must be one of " + list_of(known) +
            (value ? ", not \"" + *value + "\"" : std::string()) +
            (meant ? "; did you mean \"" + *meant + "\"?" : std::string())
    );
}

void TomlReader::table(std::string_view key, const std::function<void(TomlReader&)>& read) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return;
    }
    if (!node->is_table()) {
        wrong_type(*node, key, "a table, [" + full_key(key) + "]");
        return;
    }
    TomlReader reader(*node->as_table(), file_, full_key(key), complaints_);
    read(reader);
    reader.finish();
}

void TomlReader::tables(
    std::string_view key, const std::function<void(TomlReader&, const ConfigPosition&)>& read
) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return;
    }
    const auto* const list = node->as_array();
    if (list == nullptr || !std::all_of(list->begin(), list->end(), [](const toml::node& n) {
            return n.is_table();
        })) {
        wrong_type(*node, key, "a list of tables, each under [[" + full_key(key) + "]]");
        return;
    }
    for (const auto& item : *list) {
        TomlReader reader(*item.as_table(), file_, full_key(key), complaints_);
        read(reader, position(item));
        reader.finish();
    }
}

void TomlReader::each(const std::function<void(std::string_view, const toml::node&)>& use) {
    all_known_ = true;
    for (const auto& [key, node] : table_) {
        use(key.str(), node);
    }
}

void TomlReader::finish() {
    if (all_known_) {
        return;
    }
    for (const auto& [key, node] : table_) {
        if (std::ranges::find(known_, key.str()) == known_.end()) {
            const auto begin = key.source().begin;
            const ConfigPosition at{
                file_, static_cast<unsigned>(begin.line), static_cast<unsigned>(begin.column)};
            complaints_.push_back(
                at.to_string() + ": there is no key \"" + full_key(key.str()) + "\"" +
                hint(key.str(), known_)
            );
        }
    }
}

}  // namespace onload_node
