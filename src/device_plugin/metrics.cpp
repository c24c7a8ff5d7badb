// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/metrics.hpp"

#include "base/text.hpp"

#include <array>
#include <initializer_list>
#include <sstream>
#include <string_view>
#include <utility>

namespace onload_node::device_plugin {

namespace {

constexpr std::array<std::string_view, 6> states = {
    "active", "degraded", "in-tree", "idle", "off", "failed"};

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string escaped(std::string_view value) {
    std::string text;
    for (const char letter : value) {
        if (letter == '\n') {
            text += "\\n";
            continue;
        }
        if (letter == '\\' || letter == '"') {
            text += '\\';
        }
        text += letter;
    }
    return text;
}

/// Builds the text, one family of samples after the other.
class Exposition final {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
    }

    void sample(double value, Labels labels = {}) {
        text_ << name_;
        char separator = '{';
        for (const auto& [label, content] : labels) {
            text_ << separator << label << "=\"" << escaped(content) << '"';
            separator = ',';
        }
        text_ << (labels.size() == 0 ? "" : "}") << ' ' << value << '\n';
    }

    void gauge(std::string_view name, std::string_view help, double value, Labels labels = {}) {
        family(name, "gauge", help);
        sample(value, labels);
    }

    void counter(std::string_view name, std::string_view help, std::uint64_t value) {
        family(name, "counter", help);
        sample(static_cast<double>(value));
    }

    [[nodiscard]] std::string str() const { return text_.str(); }

private:
    std::string_view name_;
    std::ostringstream text_;
};

void put_state(Exposition& to, const NodeStatus& status) {
    to.family("onload_node_state", "gauge", "1 for the state that the node is in.");
    for (const auto state : states) {
        to.sample(state == status.state ? 1 : 0, {{"state", state}});
    }
    to.gauge(
        "onload_node_info",
        "The version of onload-node, the kernel, and why the node is in its state.",
        1,
        {{"version", status.version},
         {"kernel", status.kernel},
         {"reason_code", status.reason_code}}
    );
}

void put_modules_and_ports(Exposition& to, const NodeStatus& status) {
    to.family("onload_node_module_info", "gauge", "A loaded kernel module of Onload or sfc.");
    for (const auto& module : status.modules) {
        to.sample(
            1, {{"module", module.name}, {"origin", module.origin}, {"version", module.version}}
        );
    }
    to.gauge(
        "onload_node_ports",
        "Network functions of Solarflare cards.",
        static_cast<double>(status.ports.size())
    );
}

void put_clock_and_guard(Exposition& to, const NodeStatus& status) {
    to.gauge(
        "onload_node_time_daemon_active",
        "Whether the configured clock daemon runs.",
        status.time_daemon_active ? 1 : 0,
        {{"daemon", status.time_daemon}}
    );
    to.gauge(
        "onload_node_guard_attempts",
        "Boots in a row that did not become good.",
        static_cast<double>(status.guard_attempts)
    );
    to.gauge(
        "onload_node_guard_limit",
        "Bad boots in a row after which the node stays on the in-tree driver.",
        static_cast<double>(status.guard_limit)
    );
    to.gauge(
        "onload_node_guard_tripped",
        "Whether the boot guard keeps the node on the in-tree driver.",
        status.guard_tripped ? 1 : 0
    );
}

void put_steps(Exposition& to, const NodeStatus& status) {
    to.family(
        "onload_node_step_duration_seconds", "gauge", "How long a step of this boot's apply took."
    );
    for (const auto& [step, seconds] : status.step_seconds) {
        to.sample(seconds, {{"step", step}});
    }
}

void put_devices(Exposition& to, const Health& health, const Options& options) {
    const double devices = options.devices;
    to.family(
        "onload_device_plugin_devices", "gauge", "Devices offered to the kubelet, by health."
    );
    to.sample(
        health.healthy ? devices : 0, {{"resource", options.resource}, {"health", "Healthy"}}
    );
    to.sample(
        health.healthy ? 0 : devices, {{"resource", options.resource}, {"health", "Unhealthy"}}
    );
    to.gauge(
        "onload_device_plugin_unhealthy_info",
        "Why the devices are unhealthy; 0 and no reason while they are healthy.",
        health.healthy ? 0 : 1,
        {{"reason", health.reason}}
    );
}

void put_counts(Exposition& to, const PluginCounts& counts) {
    to.gauge(
        "onload_device_plugin_registered",
        "Whether this kubelet knows the plugin.",
        counts.registered ? 1 : 0
    );
    to.counter(
        "onload_device_plugin_registrations_total",
        "Registrations with a kubelet.",
        counts.registrations
    );
    to.counter(
        "onload_device_plugin_allocations_total",
        "Containers that were given devices.",
        counts.allocations
    );
    to.counter(
        "onload_device_plugin_refused_allocations_total",
        "Containers that were refused devices.",
        counts.refused_allocations
    );
    to.counter(
        "onload_device_plugin_health_changes_total",
        "Changes of the devices' health.",
        counts.health_changes
    );
}

}  // namespace

std::string metrics_text(
    const Result<NodeStatus>& status,
    const Health& health,
    const Options& options,
    const PluginCounts& counts
) {
    Exposition text;
    if (options.source == Source::status) {
        text.gauge(
            "onload_node_status_valid",
            "Whether the node's status can be read and is of this boot.",
            status ? 1 : 0
        );
    }
    if (status && status->published) {
        put_state(text, *status);
        put_clock_and_guard(text, *status);
        put_steps(text, *status);
    }
    if (status) {
        put_modules_and_ports(text, *status);
    }
    put_devices(text, health, options);
    put_counts(text, counts);
    return text.str();
}

}  // namespace onload_node::device_plugin
