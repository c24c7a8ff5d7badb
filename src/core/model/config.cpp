// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/config.hpp"

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace onload_node {

namespace {

ModuleName known_module(std::string_view name) {
    return ModuleName::parse(name).value();
}

std::string match_text(const PortName& port) {
    return match([](const auto& match) { return match.to_string(); }, port.match);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> window_settings(const LimitsConfig& limits) {
    using namespace std::chrono;
    // Our own limit comes first; this is for a node on which not even we can go on.
    const auto hang = duration_cast<seconds>(limits.probe) + seconds(10);
    return {
        {"kernel.panic", "5"},
        {"kernel.panic_on_oops", "1"},
        {"kernel.hung_task_timeout_secs", std::to_string(hang.count())},
        {"kernel.hung_task_panic", "1"},
    };
}

std::string ConfigPosition::to_string() const {
    if (line == 0) {
        return file.empty() ? "built-in default" : file;
    }
    return compose("{}:{}:{}", file, std::to_string(line), std::to_string(column));
}

Config::Config() {
    driver.replace = {known_module("sfc")};
    driver.load = {known_module("sfc"), known_module("onload")};
    driver.parameters[known_module("sfc")] = {{"performance_profile", "latency"}};
    driver.parameters[known_module("onload")] = {
        {"cplane_server_path", std::string(paths::control_plane_server)}};
}

Result<Milliseconds> parse_duration(std::string_view text) {
    struct Unit {
        std::string_view suffix;
        std::int64_t milliseconds;
    };

    // "ms" before "s": the longer suffix first.
    constexpr std::array<Unit, 4> units = {
        {{"ms", 1}, {"min", 60'000}, {"s", 1'000}, {"h", 3'600'000}}};
    const auto bad = [text] {
        return failure(
            ErrorCode::config,
            compose(
                "\"{}\" is not a duration; it is written like \"10s\", \"500ms\" or \"2min\"", text
            )
        );
    };
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest == text.data()) {
        return bad();
    }
    if (number < 0) {
        return failure(
            ErrorCode::config, compose("\"{}\" is negative; a duration cannot be", text)
        );
    }
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    for (const auto& unit : units) {
        if (suffix == unit.suffix) {
            if (number > std::numeric_limits<std::int64_t>::max() / unit.milliseconds) {
                return bad();
            }
            return Milliseconds(number * unit.milliseconds);
        }
    }
    return bad();
}

std::vector<std::string> contradictions(const Config& config) {
    std::vector<std::string> complaints;
    const auto& ports = config.names.ports;
    for (std::size_t later = 0; later < ports.size(); ++later) {
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            const auto at = ports[later].position.to_string();
            const auto before = ports[earlier].position.to_string();
            if (ports[later].name == ports[earlier].name) {
                complaints.push_back(compose(
                    "{}: the name \"{}\" for {} is taken: {} got it at {}; give each port a name "
                    "of its own",
                    at,
                    ports[later].name.str(),
                    match_text(ports[later]),
                    match_text(ports[earlier]),
                    before
                ));
            } else if (ports[later].match == ports[earlier].match) {
                complaints.push_back(compose(
                    "{}: the port {} is named \"{}\" here and \"{}\" at {}; remove one of the two",
                    at,
                    match_text(ports[later]),
                    ports[later].name.str(),
                    ports[earlier].name.str(),
                    before
                ));
            }
        }
    }
    return complaints;
}

}  // namespace onload_node
