// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/timeline.hpp"
#include "app/output/output_parts.hpp"
#include "base/text.hpp"
#include "core/model/units.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace onload_node {

namespace {

constexpr std::size_t narrowest = 40;
constexpr std::size_t number_width = 9;
constexpr std::size_t shortest_bar = 6;
constexpr std::size_t shortest_name = 14;
constexpr std::int64_t timeline_schema = 1;

/// Seconds with milliseconds.
std::string seconds(std::int64_t milliseconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(milliseconds) / 1000.0);
    return text.data();
}

std::string to_right(const std::string& text) {
    return std::string(number_width - std::min(text.size(), number_width - 1), ' ') + text;
}

/// Breaks a text between words. A word that is longer than a line stays whole.
std::string wrapped(std::string_view text, std::size_t width) {
    std::string lines;
    std::size_t used = 0;
    for (const auto word : words_of(text)) {
        const bool fits = used + 1 + word.size() <= width;
        lines += used == 0 ? "" : fits ? " " : "\n";
        used = fits && used > 0 ? used + 1 + word.size() : word.size();
        lines += word;
    }
    return lines + "\n";
}

std::string shown(const TimelineRow& row) {
    return compose("{}{}", row.within ? "  " : "", row.name);
}

std::string cut(std::string name, std::size_t width) {
    if (name.size() > width) {
        name = name.substr(0, width - 2) + "..";
    }
    return name;
}

/// Rows over the time that they take together.
class Chart {
public:
    Chart(const std::vector<TimelineRow>& rows, std::size_t width) : rows_(rows) {
        begin_ = -1;
        std::size_t longest = shortest_name;
        for (const auto& row : rows) {
            longest = std::max(longest, shown(row).size() + 1);
            if (row.begun_ms) {
                begin_ = begin_ < 0 ? *row.begun_ms : std::min(begin_, *row.begun_ms);
                end_ = std::max(end_, *row.begun_ms + row.took_ms);
            }
        }
        const auto numbers = 2 * number_width + 1;
        name_width_ = std::clamp(
            longest, shortest_name, std::max(shortest_name, width - numbers - 2 * shortest_bar)
        );
        bar_width_ = width - name_width_ - numbers;
    }

    [[nodiscard]] std::string text(std::string_view title) const {
        std::string text = compose(
            "{}{}{}\n",
            column(std::string(title), name_width_),
            to_right("at s"),
            to_right("took s")
        );
        for (const auto& row : rows_) {
            text += line(row);
        }
        return text;
    }

private:
    [[nodiscard]] std::string line(const TimelineRow& row) const {
        auto text = compose(
            "{}{}{} {}",
            column(cut(shown(row), name_width_ - 1), name_width_),
            to_right(row.begun_ms ? seconds(*row.begun_ms) : "-"),
            to_right(seconds(row.took_ms)),
            row.begun_ms ? bar(*row.begun_ms, row.took_ms) : ""
        );
        text.erase(text.find_last_not_of(' ') + 1);
        return text + "\n";
    }

    /// At least one character, so that nothing is without a place.
    [[nodiscard]] std::string bar(std::int64_t begun, std::int64_t took) const {
        const auto total = static_cast<std::size_t>(std::max<std::int64_t>(end_ - begin_, 1));
        const auto from = static_cast<std::size_t>(begun - begin_) * bar_width_ / total;
        const auto to = static_cast<std::size_t>(begun + took - begin_) * bar_width_ / total;
        const auto first = std::min(from, bar_width_ - 1);
        const auto length =
            std::clamp<std::size_t>(to - std::min(to, first), 1, bar_width_ - first);
        return std::string(first, ' ') + std::string(length, took == 0 ? '|' : '#');
    }

    const std::vector<TimelineRow>& rows_;
    std::int64_t begin_ = 0;
    std::int64_t end_ = 0;
    std::size_t name_width_ = 0;
    std::size_t bar_width_ = 0;
};

std::string summary(const Timeline& timeline, std::size_t width) {
    std::string text;
    if (timeline.self) {
        text += wrapped(
            compose(
                "{} took {} s, from {} s after the kernel's start",
                units::self,
                seconds(timeline.self->took_ms),
                seconds(*timeline.self->begun_ms)
            ),
            width
        );
    }
    if (timeline.delay_ms) {
        text += wrapped(
            compose(
                "{} was reached at {} s; {} s of that it waited for onload-node alone",
                units::network_pre,
                seconds(*timeline.network_pre_ms),
                seconds(*timeline.delay_ms)
            ),
            width
        );
    }
    return text;
}

toml::table row_json(const char* key, const TimelineRow& row) {
    toml::table entry;
    put(entry, std::string_view(key), row.name);
    if (row.begun_ms) {
        entry.insert("begun_ms", *row.begun_ms);
    }
    entry.insert("took_ms", row.took_ms);
    return entry;
}

toml::array rows_json(const char* key, const std::vector<TimelineRow>& rows) {
    toml::array list;
    for (const auto& row : rows) {
        list.push_back(row_json(key, row));
    }
    return list;
}

}  // namespace

std::string timeline_text(const Timeline& timeline, std::size_t width) {
    width = std::max(width, narrowest);
    std::vector<std::string> parts = {summary(timeline, width)};
    if (!timeline.units.empty()) {
        parts.push_back(Chart(timeline.units, width).text("unit"));
    }
    if (!timeline.steps.empty()) {
        parts.push_back(Chart(timeline.steps, width).text("step"));
    }
    for (const auto& note : timeline.notes) {
        parts.push_back(wrapped(note, width));
    }
    std::string text;
    for (const auto& part : parts) {
        text += compose("{}{}", text.empty() || part.empty() ? "" : "\n", part);
    }
    return text;
}

std::string timeline_json(const Timeline& timeline) {
    toml::table document;
    document.insert("schema", timeline_schema);
    put(document, "boot_id", timeline.boot_id);
    if (timeline.self) {
        document.insert("unit", row_json("name", *timeline.self));
    }
    if (timeline.delay_ms) {
        document.insert(
            "network_pre",
            toml::table{{"reached_ms", *timeline.network_pre_ms}, {"delay_ms", *timeline.delay_ms}}
        );
    }
    document.insert("units", rows_json("name", timeline.units));
    document.insert("steps", rows_json("step", timeline.steps));
    document.insert("notes", texts(timeline.notes));
    return to_json(document);
}

}  // namespace onload_node
