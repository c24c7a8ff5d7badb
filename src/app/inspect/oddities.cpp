// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/oddities.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

namespace onload_node {

namespace {

/// A line of a log is kept to this length, so that the list stays short.
constexpr std::size_t longest_quote = 160;

constexpr std::array<std::string_view, 5> driver_modules = {
    "sfc", "sfc_resource", "sfc_char", "onload", "xilinx_efct"};
constexpr std::array<std::string_view, 4> our_units = {
    "onload-node", "sfptpd", "chronyd", "NetworkManager"};
constexpr std::array<std::string_view, 3> driver_words = {"sfc", "onload", "efct"};
/// In a line about one of our drivers.
constexpr std::array<std::string_view, 7> complaints = {
    "timeout", "timed out", "bug", "error", "failed", "hung", "reset"};
/// In any line of the kernel's: it is not what it was then.
constexpr std::array<std::string_view, 6> breakages = {
    "bug:",
    "oops:",
    "general protection fault",
    "blocked for more than",
    "soft lockup",
    "kernel panic"};

std::string text_of(const CollectedTexts& texts, const std::string& name) {
    const auto found = texts.find(name);
    return found == texts.end() ? "" : found->second;
}

std::string lower(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return small;
}

template <typename Words>
bool has_one_of(std::string_view text, const Words& words) {
    return std::ranges::any_of(words, [&](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

/// The text that follows `before` up to the next quotation mark; "" if it is not there.
std::string quoted(std::string_view text, std::string_view before) {
    const auto at = text.find(before);
    if (at == std::string_view::npos) {
        return "";
    }
    auto rest = text.substr(at + before.size());
    return std::string(take_until(rest, "\""));
}

/// A text of the top level in our own JSON, which is laid out in one way.
std::string top_text(std::string_view json, std::string_view key) {
    return quoted(json, compose("\n    \"{}\" : \"", key));
}

void state_oddity(const CollectedTexts& texts, std::vector<std::string>& odd) {
    const auto json = text_of(texts, "status.json");
    const auto state = top_text(json, "state");
    const auto code = top_text(json, "reason_code");
    if (state.empty()) {
        odd.emplace_back("status --json tells no state: see status.txt and contents.txt");
    } else if (state != "active" || code != "as-wanted") {
        odd.push_back(compose("the node is {} ({}): onload-node reasons {}", state, code, code));
    }
}

void mixed_oddity(const CollectedTexts& texts, std::vector<std::string>& odd) {
    const auto json = text_of(texts, "status.json");
    std::vector<std::string> in_tree;
    std::vector<std::string> others;
    for (const auto name : driver_modules) {
        const auto at = json.find(compose("\"name\" : \"{}\"", name));
        const auto origin =
            at == std::string::npos ? "" : quoted(json.substr(at), "\"origin\" : \"");
        if (!origin.empty()) {
            (origin == "in-tree" ? in_tree : others).emplace_back(name);
        }
    }
    if (!in_tree.empty() && !others.empty()) {
        odd.push_back(compose(
            "in-tree and out-of-tree modules are mixed: {} in-tree, {} not",
            in_tree.front(),
            others.front()
        ));
    }
}

/// The unit that a line of `systemctl --failed` is about: the mark before it may be missing.
std::string_view unit_in(std::string_view line) {
    for (const auto word : words_of(line)) {
        if (word.find('.') != std::string_view::npos) {
            return word;
        }
    }
    return {};
}

void unit_oddities(const CollectedTexts& texts, std::vector<std::string>& odd) {
    const auto text = text_of(texts, "failed-units.txt");
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto line = take_until(rest, "\n");
        const auto unit = unit_in(line);
        const bool ours = std::ranges::any_of(our_units, [&](std::string_view name) {
            return unit.starts_with(name);
        });
        if (ours && line.find(" failed ") != std::string_view::npos) {
            odd.push_back(compose("{} has failed: systemctl status {}", unit, unit));
        }
    }
}

/// The kernel says so once in a boot, of the first module that it has no key for.
constexpr std::string_view unsigned_module = "module verification failed";

bool is_odd(std::string_view line) {
    const auto small = lower(line);
    if (small.find(unsigned_module) != std::string::npos) {
        return false;
    }
    return has_one_of(small, breakages) ||
           (has_one_of(small, driver_words) && has_one_of(small, complaints));
}

void kernel_oddity(
    const CollectedTexts& texts,
    const std::string& name,
    std::string_view boot,
    std::vector<std::string>& odd
) {
    const auto text = text_of(texts, name);
    std::string_view rest = text;
    std::size_t count = 0;
    std::string_view first;
    while (!rest.empty()) {
        const auto line = take_until(rest, "\n");
        if (is_odd(line)) {
            first = count == 0 ? line : first;
            ++count;
        }
    }
    if (count > 0) {
        odd.push_back(compose(
            "the kernel of {} boot complains, {} lines in {}, first: {}",
            boot,
            std::to_string(count),
            name,
            first.substr(0, longest_quote)
        ));
    }
}

/// A line "KEY:VALUE" of nmcli's terse output, or "E: KEY=VALUE" of udevadm's.
std::string value_after(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const auto line = take_until(text, "\n");
        if (line.starts_with(key)) {
            return std::string(line.substr(key.size()));
        }
    }
    return "";
}

std::set<std::string> other_names(std::string_view udev, std::string_view port) {
    std::set<std::string> names;
    for (const auto key :
         {"E: ID_NET_NAME=",
          "E: ID_NET_NAME_ONBOARD=",
          "E: ID_NET_NAME_SLOT=",
          "E: ID_NET_NAME_PATH=",
          "E: ID_NET_NAME_MAC="}) {
        if (auto name = value_after(udev, key); !name.empty() && name != port) {
            names.insert(std::move(name));
        }
    }
    return names;
}

/// Each port has the files port-NAME-nmcli.txt and port-NAME-udev.txt.
void port_oddities(const CollectedTexts& texts, std::vector<std::string>& odd) {
    constexpr std::string_view begin = "port-";
    constexpr std::string_view end = "-nmcli.txt";
    for (const auto& [file, text] : texts) {
        if (!file.starts_with(begin) || !file.ends_with(end)) {
            continue;
        }
        const auto port = file.substr(begin.size(), file.size() - begin.size() - end.size());
        const auto connection = value_after(text, "GENERAL.CONNECTION:");
        if (other_names(text_of(texts, compose("port-{}-udev.txt", port)), port)
                .contains(connection)) {
            odd.push_back(compose(
                "NetworkManager runs {} by the connection {}, which is another name of that port",
                port,
                connection
            ));
        }
    }
}

void taint_oddity(const CollectedTexts& texts, std::vector<std::string>& odd) {
    const auto text = text_of(texts, "kernel.txt");
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto line = take_until(rest, "\n");
        if (line.find(unsigned_module) != std::string_view::npos &&
            has_one_of(line, driver_words)) {
            odd.emplace_back(
                "the kernel has no key for our modules and is tainted: harmless, unless it "
                "has to demand one"
            );
            return;
        }
    }
}

void clock_oddity(const CollectedTexts& texts, std::vector<std::string>& odd) {
    const auto units = texts.find("clocks.txt");
    if (units != texts.end() && units->second.find(" running ") == std::string::npos) {
        odd.emplace_back("nobody keeps the clock: no clock daemon that is known here runs");
    }
}

void journal_oddity(const CollectedTexts& texts, std::vector<std::string>& odd) {
    const auto text = text_of(texts, "journal.txt");
    if (text.empty() || text.starts_with("-- No entries") || text.starts_with("No journal files")) {
        odd.emplace_back("the journal of this boot is empty, or switched off: systemctl status "
                         "systemd-journald.service");
    }
}

}  // namespace

std::vector<std::string> ports_of(const std::string& nics_json) {
    constexpr std::size_t most_ports = 64;
    constexpr std::string_view key = "\"interface\" : \"";
    std::vector<std::string> ports;
    for (auto at = nics_json.find(key); at != std::string::npos && ports.size() < most_ports;
         at = nics_json.find(key, at + 1)) {
        auto name = quoted(std::string_view(nics_json).substr(at), key);
        // What goes into a command line and the name of a file.
        if (!name.empty() && name.front() != '-' &&
            name.find_first_of("/ \\") == std::string::npos) {
            ports.push_back(std::move(name));
        }
    }
    return ports;
}

std::vector<std::string> find_oddities(const CollectedTexts& texts) {
    std::vector<std::string> odd;
    state_oddity(texts, odd);
    mixed_oddity(texts, odd);
    unit_oddities(texts, odd);
    kernel_oddity(texts, "kernel.txt", "this", odd);
    kernel_oddity(texts, "kernel-of-the-boot-before.txt", "the last", odd);
    taint_oddity(texts, odd);
    port_oddities(texts, odd);
    clock_oddity(texts, odd);
    journal_oddity(texts, odd);
    return odd;
}

}  // namespace onload_node
