// SPDX-License-Identifier: BSD-2-Clause
#include "app/progress/meter.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace onload_node {

namespace {

constexpr Milliseconds between_lines = std::chrono::seconds(10);
/// What took less is not worth a line that comes and goes.
constexpr Milliseconds first_drawn = std::chrono::milliseconds(500);
constexpr Milliseconds between_drawings = std::chrono::milliseconds(200);
/// A rate of the first moments says nothing of the rest.
constexpr Milliseconds rate_known = std::chrono::seconds(3);
constexpr std::size_t longest_bar = 30;
constexpr std::size_t smallest_bar = 10;
constexpr std::uint64_t all_of_it = 100;
constexpr const char* erase_line = "\r\033[K";

/// Rounded up, and more coarsely the more is left, so that it does not jump.
std::string coarse(std::int64_t seconds) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t fine = 10;
    constexpr std::int64_t step = 5;
    if (seconds > 2 * minute) {
        return compose("{} min", std::to_string((seconds + minute - 1) / minute));
    }
    const auto rounded = seconds > fine ? (seconds + step - 1) / step * step : seconds;
    return compose("{} s", std::to_string(std::max<std::int64_t>(rounded, 1)));
}

std::int64_t seconds_of(Milliseconds span) {
    return std::chrono::duration_cast<std::chrono::seconds>(span).count();
}

std::string bar(std::uint64_t bytes, std::uint64_t total, std::size_t room) {
    const auto length = std::min(room, longest_bar);
    const auto full = static_cast<std::size_t>(bytes * length / total);
    return compose(" [{}{}]", std::string(full, '#'), std::string(length - full, '.'));
}

std::string mebibytes(std::uint64_t bytes) {
    constexpr double mebibyte = 1024.0 * 1024.0;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f MiB", static_cast<double>(bytes) / mebibyte);
    return text.data();
}

}  // namespace

void Meter::begin(std::string what, std::uint64_t total, Milliseconds now) {
    // Elsewhere lines go on each ten seconds, over all parts; so does the drawing.
    if (what_.empty()) {
        written_ = place_.overwrites ? now + first_drawn - between_drawings : now;
    }
    what_ = std::move(what);
    total_ = total;
    bytes_ = 0;
    begun_ = now;
}

void Meter::reach(std::uint64_t bytes) {
    bytes_ = std::max(bytes_, bytes);
    // It was a guess then.
    total_ = bytes_ > total_ ? 0 : total_;
}

std::string Meter::due(Milliseconds now) {
    const auto pause = place_.overwrites ? between_drawings : between_lines;
    if (what_.empty() || now - written_ < pause) {
        return "";
    }
    written_ = now;
    const auto text = line(now);
    if (!place_.overwrites) {
        return text + "\n";
    }
    if (shown_ && text == last_) {
        return "";
    }
    shown_ = true;
    last_ = text;
    return erase_line + text;
}

std::string Meter::cleared() {
    return std::exchange(shown_, false) ? erase_line : "";
}

std::string Meter::time_left(Milliseconds now) const {
    const auto passed = now - begun_;
    if (total_ == 0 || bytes_ == 0 || passed < rate_known) {
        return "";
    }
    const auto rest = static_cast<double>(total_ - bytes_) / static_cast<double>(bytes_);
    const auto left = static_cast<double>(passed.count()) * rest / 1000.0;
    return compose(", {} left", coarse(static_cast<std::int64_t>(left) + 1));
}

/// From the last column on a terminal would go to the next line: one stays free.
std::string Meter::line(Milliseconds now) const {
    const auto room = place_.width - std::min<std::size_t>(place_.width, 1);
    std::string numbers;
    if (total_ > 0) {
        // 100 only where the part is done, and then nobody draws it.
        const auto percent = std::min(bytes_ * all_of_it / total_, all_of_it - 1);
        numbers = compose(
            " {} %, {} of {}{}",
            std::to_string(percent),
            mebibytes(bytes_),
            mebibytes(total_),
            time_left(now)
        );
    } else {
        numbers = compose(
            "{}{} s",
            bytes_ > 0 ? compose(" {}, ", mebibytes(bytes_)) : " ",
            std::to_string(seconds_of(now - begun_))
        );
    }
    if (!place_.overwrites) {
        return what_ + numbers;
    }
    // The name of an image may be as long as it likes: it makes room for the bar.
    constexpr std::size_t shortest_word = 8;
    constexpr std::size_t brackets = 3;
    const auto fixed = numbers.size() + (total_ > 0 ? brackets + smallest_bar : 0);
    const auto word = what_.substr(0, std::max(room - std::min(room, fixed), shortest_word));
    const auto used = word.size() + numbers.size() + brackets;
    if (total_ > 0 && used + smallest_bar <= room) {
        return word + bar(bytes_, total_, room - used) + numbers;
    }
    return (word + numbers).substr(0, room);
}

}  // namespace onload_node
