// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"
#include "app/output/output_parts.hpp"
#include "base/text.hpp"

namespace onload_node {

namespace {

constexpr std::int64_t nics_schema = 1;

/// The columns come first. Each key after them gets a line of its own if it has a value.
constexpr std::string_view keys[] = {
    "pci",
    "interface",
    "driver",
    "mac",
    "numa_node",
    "phys_port_name",
    "part",
    "serial",
    "model",
    "parent",
    "driver_override"};
constexpr std::size_t widths[] = {14, 16, 10, 19, 6, 6, 18, 18, 1};

using Values = std::vector<std::string>;

/// The values in the order of the keys.
Values values_of(const Nic& nic) {
    const auto& function = *nic.function;
    const Interface none;
    const bool there = !function.interfaces.empty();
    const Interface& interface = there ? function.interfaces.front() : none;
    Values values;
    values.push_back(function.address.to_string());
    values.push_back(interface.name);
    values.push_back(function.driver);
    values.push_back(there ? interface.permanent_mac.value_or(interface.mac).to_string() : "");
    values.push_back(nic.details.numa_node < 0 ? "" : std::to_string(nic.details.numa_node));
    values.push_back(nic.details.port);
    values.push_back(nic.details.part);
    values.push_back(nic.details.serial);
    values.push_back(function.model);
    values.push_back(function.physical_function ? function.physical_function->to_string() : "");
    values.push_back(function.driver_override);
    return values;
}

std::string row(const Values& values) {
    std::string text;
    for (std::size_t i = 0; i < std::size(widths); ++i) {
        text += column(values[i].empty() ? "-" : values[i], widths[i]);
    }
    return text.erase(text.find_last_not_of(' ') + 1) + "\n";
}

void add_line(std::string& text, std::string_view what, const std::string& value) {
    if (!value.empty()) {
        text += compose("  {} {}\n", what, value);
    }
}

std::string nic_text(const Nic& nic, const Values& values) {
    std::string text = row(values);
    for (std::size_t i = std::size(widths); i < values.size(); ++i) {
        add_line(text, keys[i], values[i]);
    }
    for (const auto& name : nic.details.also) {
        add_line(text, "also called", name);
    }
    for (const auto& name : nic.function->representors) {
        add_line(text, "representor", name);
    }
    if (nic.name != nullptr) {
        const auto& name = nic.name->name;
        add_line(text, name.empty() ? "not named:" : compose("named {}:", name), nic.name->reason);
    }
    return text;
}

toml::table nic_json(const Nic& nic, const Values& values) {
    toml::table table;
    for (std::size_t i = 0; i < values.size(); ++i) {
        put(table, keys[i], values[i]);
    }
    const auto& function = *nic.function;
    put(table, "vendor", hex4(function.vendor));
    put(table, "device", hex4(function.device));
    put(table, "subsystem_vendor", hex4(function.subsystem_vendor));
    put(table, "subsystem_device", hex4(function.subsystem_device));
    put(table, "kind", function.physical_function ? "vf" : "pf");
    table.insert("altnames", texts(nic.details.also));
    table.insert("representors", texts(function.representors));
    table.insert("name", name_json(nic.name == nullptr ? ChosenName() : *nic.name));
    return table;
}

}  // namespace

std::string nics_text(const std::vector<Nic>& nics) {
    if (nics.empty()) {
        return "no Solarflare network function on this machine\n";
    }
    Values titles;
    for (const auto key : keys) {
        titles.emplace_back(key.substr(0, key.find('_')));
    }
    std::string text = row(titles);
    for (const auto& nic : nics) {
        text += nic_text(nic, values_of(nic));
    }
    return text;
}

std::string nics_json(const std::vector<Nic>& nics) {
    toml::array list;
    for (const auto& nic : nics) {
        list.push_back(nic_json(nic, values_of(nic)));
    }
    toml::table document;
    document.insert("schema", nics_schema);
    document.insert("nics", std::move(list));
    return to_json(document);
}

}  // namespace onload_node
