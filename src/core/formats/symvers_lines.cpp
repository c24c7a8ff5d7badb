// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/symvers_lines.hpp"

#include <charconv>

namespace onload_node {

namespace {

/// No line is longer: a name has 512 bytes at most, a path 4096.
constexpr std::size_t longest_line = 8192;

/// "drivers/mtd/mtd-core" is the module mtd_core.
std::string module_name(std::string_view path) {
    std::string name(path.substr(path.rfind('/') + 1));
    for (char& letter : name) {
        letter = letter == '-' ? '_' : letter;
    }
    return name;
}

/// Cuts off the text up to the next tab.
std::string_view field(std::string_view& line) {
    const auto end = line.find('\t');
    const auto text = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
    return text;
}

}  // namespace

void SymversLines::take_line(std::string_view line) {
    const auto number = field(line);
    const auto name = field(line);
    if (number.substr(0, 2) != "0x" || name.empty()) {
        bad_ = true;
        return;
    }
    good_ = true;
    if (exporters_ != nullptr) {
        auto rest = line;
        exporters_->insert(module_name(field(rest)));
    }
    if (!wanted_.contains(name)) {
        return;
    }
    std::uint32_t crc = 0;
    const char* const end = number.data() + number.size();
    const auto [rest, error] = std::from_chars(number.data() + 2, end, crc, 16);
    if (error != std::errc() || rest != end) {
        bad_ = true;
        return;
    }
    // A kernel that exports without CRC writes 0.
    Symbol& symbol = found_.symbols[std::string(name)];
    symbol.crc = crc == 0 ? std::nullopt : SymbolCrc(crc);
    symbol.provider = module_name(field(line));
}

void SymversLines::add(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        if (rest_.empty()) {
            take_line(piece.substr(0, end));
        } else {
            rest_ += piece.substr(0, end);
            take_line(rest_);
            rest_.clear();
        }
        piece.remove_prefix(end + 1);
    }
    if (rest_.size() < longest_line) {
        rest_ += piece;
    }
}

KernelSymbols SymversLines::finish() {
    if (!rest_.empty()) {
        take_line(rest_);
        rest_.clear();
    }
    if (bad_ || !good_) {
        found_.symbols.clear();
        found_.problem = !good_ ? "it lists no symbol" : "it has damaged lines";
    }
    return std::move(found_);
}

}  // namespace onload_node
