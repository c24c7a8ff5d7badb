// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/model/units.hpp"
#include "run/observe_parts.hpp"

#include <algorithm>

namespace onload_node {

namespace {

bool has_drop_in(const UnitState& unit, const Files& files) {
    return std::ranges::any_of(paths::drop_in_directories, [&](std::string_view directory) {
        return files.exists(compose("{}{}{}", directory, unit.id, paths::drop_in));
    });
}

Result<void> ask(Observed& observed, const Config& config, const Sensors& sensors) {
    const auto network = sensors.units.state(std::string(units::network_pre));
    if (!network && network.error().code != ErrorCode::not_found) {
        return tl::unexpected(network.error());
    }
    observed.network_started = network && network->active_state == "active";
    std::vector<std::string> wanted = config.time.displace;
    if (!config.time.daemon.empty()) {
        wanted.push_back(config.time.daemon);
    }
    for (const auto& name : wanted) {
        auto unit = sensors.units.state(name);
        if (unit) {
            // A masked unit is loaded without its drop-ins.
            unit->heeds_marker |= unit->masked() && has_drop_in(*unit, sensors.files);
            observed.units.emplace(name, std::move(*unit));
        } else if (unit.error().code != ErrorCode::not_found) {
            return tl::unexpected(unit.error());
        }
    }
    return {};
}

}  // namespace

void observe_units(Observed& observed, const Config& config, const Sensors& sensors) {
    observed.units.clear();
    observed.units_problem.clear();
    observed.network_started = true;
    if (const auto asked = ask(observed, config, sensors); !asked) {
        observed.units.clear();
        observed.units_problem = asked.error().message;
    }
}

}  // namespace onload_node
