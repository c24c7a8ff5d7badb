// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/toml_reader.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <numeric>

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

/// The word that was probably meant; "" when nothing is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words) {
    std::size_t best_distance = word.size() < 4 ? 2 : 3;
    std::string_view best;
    for (const auto candidate : words) {
        if (const auto d = distance(word, candidate); d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word) {
    return word.empty() ? "" : compose("; did you mean \"{}\"?", word);
}

}  // namespace

TomlReader::TomlReader(
    const toml::table& table,
    const std::string& file,
    std::string prefix,
    std::vector<std::string>& complaints
)
    : table_(table), file_(file), prefix_(std::move(prefix)), complaints_(complaints) {}

ConfigPosition position_in(const std::string& file, const toml::source_position& position) {
    return {file, static_cast<unsigned>(position.line), static_cast<unsigned>(position.column)};
}

ConfigPosition TomlReader::position(const toml::node& node) const {
    return position_in(file_, node.source().begin);
}

std::string TomlReader::full_key(std::string_view key) const {
    return prefix_.empty() ? std::string(key) : compose("{}.{}", prefix_, key);
}

void TomlReader::complain(const toml::node& node, const std::string& what) {
    complaints_.push_back(compose("{}: {}", position(node).to_string(), what));
}

void TomlReader::wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
    complain(node, compose("{} must be {}", full_key(key), wanted));
}

const toml::node* TomlReader::find(std::string_view key) {
    if (!contains(known_, key)) {
        known_.push_back(key);
    }
    return table_.get(key);
}

template <typename T>
std::optional<T> TomlReader::value(std::string_view key, std::string_view wanted) {
    const auto* const node = find(key);
    auto value = node == nullptr ? std::nullopt : node->value_exact<T>();
    if (node != nullptr && !value) {
        wrong_type(*node, key, wanted);
    }
    return value;
}

void TomlReader::text(std::string_view key, std::string& target) {
    target = value<std::string>(key, "a text, like \"...\"").value_or(target);
}

bool TomlReader::boolean(std::string_view key, bool& target) {
    const auto given = value<bool>(key, "true or false");
    target = given.value_or(target);
    return given.has_value();
}

void TomlReader::number(std::string_view key, unsigned& target, unsigned min, unsigned max) {
    const auto wanted =
        compose("a whole number from {} to {}", std::to_string(min), std::to_string(max));
    const auto number = value<std::int64_t>(key, wanted);
    if (number && (*number < min || *number > max)) {
        wrong_type(*find(key), key, wanted);
    } else if (number) {
        target = static_cast<unsigned>(*number);
    }
}

void TomlReader::duration(std::string_view key, Milliseconds& target) {
    if (const auto text =
            value<std::string>(key, "a duration, like \"10s\", \"500ms\" or \"2min\"")) {
        const auto duration = parse_duration(*text);
        check(key, duration);
        target = duration.value_or(target);
    }
}

std::optional<std::vector<std::string>> TomlReader::list(std::string_view key) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto* const items = node->as_array();
    if (items == nullptr) {
        wrong_type(*node, key, "a list of texts, like [\"...\"]");
        return std::nullopt;
    }
    std::vector<std::string> values;
    for (const auto& item : *items) {
        if (const auto value = item.value_exact<std::string>()) {
            values.push_back(*value);
        } else {
            wrong_type(item, key, "a list of texts only");
            return std::nullopt;
        }
    }
    return values;
}

void TomlReader::texts(std::string_view key, std::vector<std::string>& target) {
    target = list(key).value_or(target);
}

void TomlReader::text_or_texts(std::string_view key, std::vector<std::string>& target) {
    const auto* const node = find(key);
    if (node == nullptr || !node->is_string()) {
        texts(key, target);
        return;
    }
    target = {node->value_or(std::string())};
    std::erase(target, "");
}

void TomlReader::modules(std::string_view key, std::vector<ModuleName>& target) {
    const auto values = list(key);
    if (!values) {
        return;
    }
    std::vector<ModuleName> modules;
    for (const auto& value : *values) {
        const auto name = ModuleName::parse(value);
        if (!name) {
            check(key, name);
            return;
        }
        modules.push_back(*name);
    }
    target = std::move(modules);
}

std::string TomlReader::one_of(std::string_view key, std::span<const std::string_view> known) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return {};
    }
    const auto value = node->value_exact<std::string>();
    if (value && contains(known, *value)) {
        return *value;
    }
    const auto meant = value ? nearest(*value, known) : std::string_view();
    wrong_type(
        *node,
        key,
        "one of " + joined(known, ", ") +
            (value ? compose(", not \"{}\"", *value) : std::string()) + did_you_mean(meant)
    );
    return {};
}

void TomlReader::table(std::string_view key, const std::function<void(TomlReader&)>& read) {
    const auto* const node = find(key);
    if (node == nullptr) {
        return;
    }
    if (!node->is_table()) {
        wrong_type(*node, key, compose("a table, [{}]", full_key(key)));
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
        wrong_type(*node, key, compose("a list of tables, each under [[{}]]", full_key(key)));
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
    for (const auto& [key, node] : table_) {
        if (all_known_ || std::ranges::find(known_, key.str()) != known_.end()) {
            continue;
        }
        auto hint = did_you_mean(nearest(key.str(), known_));
        if (hint.empty() && !known_.empty()) {
            hint = "; known here: " + joined(known_, ", ");
        }
        complaints_.push_back(compose(
            "{}: there is no key \"{}\"{}",
            position_in(file_, key.source().begin).to_string(),
            full_key(key.str()),
            hint
        ));
    }
}

}  // namespace onload_node
