// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/boot_entries.hpp"

#include "base/text.hpp"
#include "core/model/kernel_release.hpp"

#include <algorithm>

namespace onload_node {

namespace {

bool digit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/// Cuts off the longest beginning whose characters are all `of` that kind.
template <typename Of>
std::string_view take_while(std::string_view& text, Of of) {
    const auto end = std::find_if_not(text.begin(), text.end(), of) - text.begin();
    const auto part = text.substr(0, static_cast<std::size_t>(end));
    text.remove_prefix(part.size());
    return part;
}

/// Compares numbers of any length: without leading zeroes, the longer one is greater.
int compare_numbers(std::string_view a, std::string_view b) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
    if (a.size() != b.size()) {
        return a.size() < b.size() ? -1 : 1;
    }
    return a.compare(b);
}

/// Skips what separates the parts of a version: it is not compared.
void skip_separators(std::string_view& text) {
    take_while(text, [](char c) { return !digit(c) && !letter(c) && c != '~'; });
}

/// What the rest of a version begins with, from older to newer.
enum class Part { early, end, word, number };

Part part_of(std::string_view rest) {
    return rest.empty()           ? Part::end
           : rest.front() == '~'  ? Part::early
           : letter(rest.front()) ? Part::word
                                  : Part::number;
}

/// Cuts the first part off both, which is of the same kind, and compares the two.
int compare_parts(Part part, std::string_view& a, std::string_view& b) {
    if (part == Part::number) {
        return compare_numbers(take_while(a, digit), take_while(b, digit));
    }
    if (part == Part::word) {
        return take_while(a, letter).compare(take_while(b, letter));
    }
    a.remove_prefix(1);
    b.remove_prefix(1);
    return 0;
}

bool names_file(const BootEntry& entry, std::string_view name) {
    const std::string_view file(entry.file);
    return file == name || file.substr(0, file.rfind(".conf")) == name;
}

/// A release names a directory, so it must not lead elsewhere.
std::string checked(std::string_view release) {
    return is_kernel_release(release) ? std::string(release) : std::string();
}

bool is_hexadecimal(char c) {
    return digit(c) || (c >= 'a' && c <= 'f');
}

}  // namespace

BootEntry parse_boot_entry(const std::string& file, std::string_view text) {
    BootEntry entry{file, "", "", ""};
    while (!text.empty()) {
        auto line = trimmed(take_until(text, "\n"));
        const auto key = take_until(line, " \t");
        const auto value = trimmed(line);
        if (key == "version") {
            entry.version = value;
        } else if (key == "linux") {
            entry.kernel = value;
        } else if (key == "options") {
            entry.options += (entry.options.empty() ? "" : " ") + std::string(value);
        }
    }
    return entry;
}

int compare_versions(std::string_view a, std::string_view b) {
    int order = 0;
    while (order == 0) {
        skip_separators(a);
        skip_separators(b);
        const Part part = part_of(a);
        if (part != part_of(b)) {
            return part < part_of(b) ? -1 : 1;
        }
        if (part == Part::end) {
            break;
        }
        order = compare_parts(part, a, b);
    }
    return order;
}

const BootEntry* default_entry(const std::vector<BootEntry>& entries, std::string_view saved) {
    const bool ostree = std::ranges::any_of(entries, [](const BootEntry& entry) {
        return !argument_value(entry.options, "ostree").empty();
    });
    const auto named = std::ranges::find_if(entries, [&](const BootEntry& entry) {
        return !saved.empty() && names_file(entry, saved);
    });
    if (!ostree && named != entries.end()) {
        return &*named;
    }
    const auto last = std::ranges::max_element(entries, [](const BootEntry& a, const BootEntry& b) {
        const int order = compare_versions(a.version, b.version);
        return order != 0 ? order < 0 : compare_versions(a.file, b.file) < 0;
    });
    return last == entries.end() ? nullptr : &*last;
}

std::string saved_entry(std::string_view environment) {
    std::string saved;
    while (!environment.empty()) {
        auto line = take_until(environment, "\n");
        const auto key = take_until(line, "=");
        if (key == "next_entry" && !line.empty()) {
            return std::string(line);
        }
        if (key == "saved_entry") {
            saved = line;
        }
    }
    return saved;
}

std::string release_of_image(std::string_view path) {
    constexpr std::string_view image = "vmlinuz-";
    const auto file = path.substr(path.rfind('/') + 1);
    if (file.starts_with(image)) {
        return checked(file.substr(image.size()));
    }
    if (file != "linux" || file.size() == path.size()) {
        return "";
    }
    path.remove_suffix(file.size() + 1);
    return checked(path.substr(path.rfind('/') + 1));
}

std::string argument_value(std::string_view arguments, std::string_view name) {
    std::string value;
    while (!arguments.empty()) {
        auto word = take_until(arguments, " \t\n");
        if (word.starts_with(name) && word.substr(name.size()).starts_with('=')) {
            value = word.substr(name.size() + 1);
        }
    }
    return value;
}

std::vector<std::string> deployments_named_in(std::string_view bytes) {
    constexpr std::size_t checksum_size = 64;
    std::vector<std::string> names;
    while (!bytes.empty()) {
        const auto checksum = take_while(bytes, is_hexadecimal);
        if (checksum.size() == checksum_size && bytes.starts_with('.')) {
            bytes.remove_prefix(1);
            const auto serial = take_while(bytes, digit);
            std::string name = compose("{}.{}", checksum, serial);
            if (!serial.empty() && !contains(names, name)) {
                names.push_back(std::move(name));
            }
        } else if (checksum.empty()) {
            bytes.remove_prefix(1);
        }
    }
    return names;
}

}  // namespace onload_node
