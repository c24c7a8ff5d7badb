// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/units.hpp"
#include "run/observe_parts.hpp"

namespace onload_node {

namespace {

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
