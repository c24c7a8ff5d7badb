// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/text.hpp"
#include "base/toml.hpp"
#include "base/words.hpp"
#include "core/model/config.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node {

/// Lines and columns count from 1.
[[nodiscard]] ConfigPosition
position_in(const std::string& file, const toml::source_position& position);

/// Reads one TOML table key by key. Every complaint goes to one list, with file:line:column; what
/// is not asked for is unknown, and the complaint about it names the key that was probably meant.
class TomlReader {
public:
    /// `table`, `file` and `complaints` must outlive the reader. `prefix` is the table's own name,
    /// "" at the top. So must every key that it is asked for.
    TomlReader(
        const toml::table& table,
        const std::string& file,
        std::string prefix,
        std::vector<std::string>& complaints
    );

    void text(std::string_view key, std::string& target);
    /// True if the key is there.
    bool boolean(std::string_view key, bool& target);
    void number(std::string_view key, unsigned& target, unsigned min, unsigned max);
    void duration(std::string_view key, Milliseconds& target);
    void texts(std::string_view key, std::vector<std::string>& target);
    void modules(std::string_view key, std::vector<ModuleName>& target);

    /// One text, of which an empty one is none, or a list of them.
    void text_or_texts(std::string_view key, std::vector<std::string>& target);

    /// The word of an enumerator (base/words.hpp).
    template <typename Enum>
    void word(std::string_view key, Enum& target) {
        target = from_word<Enum>(one_of(key, words<Enum>)).value_or(target);
    }

    /// A table below this one; `read` is called when it is there.
    void table(std::string_view key, const std::function<void(TomlReader&)>& read);

    /// An array of tables; `read` is called with each and its position.
    void tables(
        std::string_view key, const std::function<void(TomlReader&, const ConfigPosition&)>& read
    );

    /// Calls `use` with each key and node of this table: for tables whose keys are free.
    void each(const std::function<void(std::string_view, const toml::node&)>& use);

    /// The node of a key, or none; the key counts as known.
    [[nodiscard]] const toml::node* find(std::string_view key);

    /// The table itself, for complaints about what is missing in it.
    [[nodiscard]] const toml::table* self() const { return &table_; }

    void complain(const toml::node& node, const std::string& what);

    /// Complains about the value of a key that is there, if that is what could not be parsed.
    template <typename T>
    void check(std::string_view key, const Result<T>& parsed) {
        if (const auto* const node = find(key); node != nullptr && !parsed) {
            complain(*node, compose("{}: {}", full_key(key), parsed.error().message));
        }
    }

    [[nodiscard]] ConfigPosition position(const toml::node& node) const;
    [[nodiscard]] std::string full_key(std::string_view key) const;

    /// Complains about every key that nobody asked for. Call it last.
    void finish();

private:
    /// The value of the key if it is one of the words, else "".
    std::string one_of(std::string_view key, std::span<const std::string_view> known);

    /// The value of a key that is there; complains when it is of another type.
    template <typename T>
    std::optional<T> value(std::string_view key, std::string_view wanted);

    std::optional<std::vector<std::string>> list(std::string_view key);
    void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted);

    const toml::table& table_;
    const std::string& file_;
    std::string prefix_;
    std::vector<std::string>& complaints_;
    std::vector<std::string_view> known_;
    bool all_known_ = false;
};

}  // namespace onload_node
