// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_keys.hpp"

#include "app/config/toml_reader.hpp"
#include "base/text.hpp"
#include "core/model/kernel_release.hpp"

#include <algorithm>

namespace onload_node {

namespace {

void read_parameters(TomlReader& module, ModuleParameters& parameters) {
    module.each([&](std::string_view key, const toml::node& node) {
        std::string value;
        if (const auto text = node.value_exact<std::string>()) {
            value = *text;
        } else if (const auto number = node.value_exact<std::int64_t>()) {
            value = std::to_string(*number);
        } else if (const auto flag = node.value_exact<bool>()) {
            value = *flag ? "1" : "0";
        } else {
            module.complain(
                node, module.full_key(key) + " must be a text, a whole number, true or false"
            );
            return;
        }
        const bool printable =
            std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
        if (!printable) {
            module.complain(
                node, module.full_key(key) + ": the kernel takes printable ASCII without '\"' only"
            );
            return;
        }
        const auto same = [&](const auto& parameter) { return parameter.first == key; };
        const auto found = std::ranges::find_if(parameters, same);
        if (found != parameters.end()) {
            found->second = value;
        } else {
            parameters.emplace_back(key, value);
        }
    });
}

void read_all_parameters(TomlReader& reader, Config& config) {
    reader.table("parameters", [&](TomlReader& modules) {
        modules.each([&](std::string_view key, const toml::node& node) {
            const auto name = ModuleName::parse(key);
            if (!name) {
                modules.complain(node, name.error().message);
            } else {
                modules.table(key, [&](TomlReader& module) {
                    read_parameters(module, config.driver.parameters[*name]);
                });
            }
        });
    });
}

void read_tree(TomlReader& reader, Config& config) {
    const auto& tree = config.driver.tree;
    reader.text("tree", config.driver.tree);
    if (const auto* const node = reader.find("tree");
        node != nullptr && (tree.empty() || tree.front() != '/')) {
        reader.complain(*node, compose("driver.tree must be an absolute path, not \"{}\"", tree));
    }
}

/// After driver.replace, which it is checked against.
void read_load(TomlReader& reader, Config& config) {
    auto& driver = config.driver;
    reader.modules("load", driver.load);
    const auto* const node = reader.find("load");
    for (const auto& name : driver.replace) {
        if (node != nullptr && !contains(driver.load, name)) {
            reader.complain(
                *node,
                compose(
                    "driver.load must name \"{}\", which driver.replace takes out: its ports would "
                    "have no driver",
                    name.str()
                )
            );
        }
    }
}

void read_port(TomlReader& reader, const ConfigPosition& position, NamesConfig& names) {
    std::string pci;
    std::string mac;
    std::string name;
    reader.table("match", [&](TomlReader& match) {
        match.text("pci", pci);
        match.text("mac", mac);
        match.check("pci", PciAddress::parse(pci));
        match.check("mac", MacAddress::parse(mac));
    });
    reader.text("name", name);
    const auto* const match_node = reader.find("match");
    if (reader.find("name") == nullptr || match_node == nullptr || pci.empty() == mac.empty()) {
        reader.complain(
            match_node != nullptr ? *match_node : *reader.self(),
            "a [[names.port]] needs name = \"...\" and match = { pci = \"...\" } or { mac = "
            "\"...\" }, one of the two"
        );
        return;
    }
    const auto parsed_name = InterfaceName::parse(name);
    reader.check("name", parsed_name);
    const auto add = [&](const auto& address) {
        if (parsed_name && address) {
            names.ports.push_back({*address, *parsed_name, position});
        }
    };
    pci.empty() ? add(MacAddress::parse(mac)) : add(PciAddress::parse(pci));
}

void read_prefix(TomlReader& reader, Config& config) {
    const auto& prefix = config.names.prefix;
    reader.text("prefix", config.names.prefix);
    // With room for three digits: "sf" numbers up to sf999.
    auto longest = InterfaceName::parse(prefix + "999");
    if (longest && prefix.empty()) {
        longest = failure(ErrorCode::config, "it is empty");
    }
    reader.check("prefix", longest);
}

void read_ports(TomlReader& reader, Config& config) {
    reader.tables("port", [&](TomlReader& port, const ConfigPosition& position) {
        read_port(port, position, config.names);
    });
}

void check_unit(TomlReader& reader, std::string_view key, const std::string& unit) {
    const auto* const node = reader.find(key);
    if (node != nullptr && !unit.empty() && unit.find('.') == std::string::npos) {
        reader.complain(
            *node,
            compose(
                "{} must be a unit, like \"{}.service\", not \"{}\"",
                reader.full_key(key),
                unit,
                unit
            )
        );
    }
}

void read_daemon(TomlReader& reader, Config& config) {
    reader.text("daemon", config.time.daemon);
    check_unit(reader, "daemon", config.time.daemon);
}

void read_displace(TomlReader& reader, Config& config) {
    reader.texts("displace", config.time.displace);
    for (const auto& unit : config.time.displace) {
        check_unit(reader, "displace", unit);
    }
}

void read_time_port(TomlReader& reader, Config& config) {
    const auto& port = config.time.port;
    reader.text("port", config.time.port);
    if (!port.empty() && !PciAddress::parse(port)) {
        reader.check("port", InterfaceName::parse(port));
    }
}

/// A drop-in that has a table adds to the table of an earlier file, and replaces what is none.
void read_sources_by_kernel(TomlReader& kernels, StageConfig& stage) {
    stage.sources.clear();
    if (!stage.sources_by_kernel) {
        stage.sources_by_kernel.emplace();
    }
    kernels.each([&](std::string_view key, const toml::node& node) {
        if (node.is_table()) {
            // TOML takes 5.14.0-1 = "..." for a table in a table.
            kernels.complain(
                node,
                compose(
                    "{} is a table; the name of a kernel has dots and stands in quotes",
                    kernels.full_key(key)
                )
            );
        } else if (!is_kernel_release(key)) {
            kernels.complain(
                node, compose("{}: \"{}\" is no kernel's name", kernels.full_key(key), key)
            );
        } else {
            kernels.text_or_texts(key, (*stage.sources_by_kernel)[std::string(key)]);
        }
    });
}

void read_sources(TomlReader& reader, Config& config) {
    auto& stage = config.stage;
    const auto* const node = reader.find("source");
    if (node == nullptr) {
        return;
    }
    if (node->is_table()) {
        reader.table("source", [&](TomlReader& t) { read_sources_by_kernel(t, stage); });
        return;
    }
    stage.sources_by_kernel.reset();
    reader.text_or_texts("source", stage.sources);
}

using Reader = TomlReader;

constexpr unsigned most = 100;

/// In the order in which they are read and shown. Each section is together.
constexpr ConfigKey all_keys[] = {
    {"driver", "tree", read_tree},
    {"driver", "replace", [](Reader& r, Config& c) { r.modules("replace", c.driver.replace); }},
    {"driver", "load", read_load},
    {"driver", "activate", [](Reader& r, Config& c) { r.word("activate", c.driver.activate); }},
    {"driver", "pins", [](Reader& r, Config& c) { r.text("pins", c.driver.pins); }},
    {"driver", "signature", [](Reader& r, Config& c) { r.word("signature", c.driver.signature); }},
    {"driver", "vermagic", [](Reader& r, Config& c) { r.word("vermagic", c.driver.vermagic); }},
    {"driver", "parameters", read_all_parameters},
    {"names", "policy", [](Reader& r, Config& c) { r.word("policy", c.names.policy); }},
    {"names", "prefix", read_prefix},
    {"names", "port", read_ports},
    {"time", "daemon", read_daemon},
    {"time", "displace", read_displace},
    {"time", "port", read_time_port},
    {"time", "mask", [](Reader& r, Config& c) { r.word("mask", c.time.mask); }},
    {"time", "retry", [](Reader& r, Config& c) { r.duration("retry", c.time.retry); }},
    {"guard",
     "attempts",
     [](Reader& r, Config& c) { r.number("attempts", c.guard.attempts, 1, most); }},
    {"guard", "previous", [](Reader& r, Config& c) { r.boolean("previous", c.guard.previous); }},
    {"guard", "settle", [](Reader& r, Config& c) { r.duration("settle", c.guard.settle); }},
    {"guard", "patience", [](Reader& r, Config& c) { r.duration("patience", c.guard.patience); }},
    {"stage", "source", read_sources},
    {"stage", "authfile", [](Reader& r, Config& c) { r.text("authfile", c.stage.authfile); }},
    {"stage",
     "tls_verify",
     [](Reader& r, Config& c) { r.boolean("tls_verify", c.stage.tls_verify); }},
    {"stage", "then", [](Reader& r, Config& c) { r.word("then", c.stage.then); }},
    {"stage", "keep", [](Reader& r, Config& c) { r.number("keep", c.stage.keep, 1, most); }},
    {"publish", "cdi", [](Reader& r, Config& c) { r.boolean("cdi", c.publish.cdi); }},
    {"publish",
     "nfd",
     [](Reader& r, Config& c) { c.publish.nfd_asked_for |= r.boolean("nfd", c.publish.nfd); }},
    {"limits", "unload", [](Reader& r, Config& c) { r.duration("unload", c.limits.unload); }},
    {"limits", "probe", [](Reader& r, Config& c) { r.duration("probe", c.limits.probe); }},
};

}  // namespace

std::span<const ConfigKey> config_keys() {
    return all_keys;
}

}  // namespace onload_node
