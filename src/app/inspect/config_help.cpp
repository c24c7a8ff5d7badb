// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/config_help.hpp"

#include "base/overloaded.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace onload_node {

namespace {

/// As TOML writes a text.
std::string as_toml(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + "\"";
}

template <typename Items, typename Write>
std::string list_of(const Items& items, const Write& write) {
    std::string text;
    for (const auto& item : items) {
        append(text, ", ", write(item));
    }
    return compose("[{}]", text);
}

std::string names_of(const std::vector<ModuleName>& modules) {
    return list_of(modules, [](const ModuleName& name) { return as_toml(name.str()); });
}

std::string texts_of(const std::vector<std::string>& texts) {
    return list_of(texts, [](const std::string& text) { return as_toml(text); });
}

std::string flag(bool value) {
    return value ? "true" : "false";
}

/// In the largest unit that needs no fraction.
std::string duration(Milliseconds value) {
    constexpr std::pair<std::int64_t, std::string_view> units[] = {
        {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}};
    for (const auto& [milliseconds, suffix] : units) {
        if (value.count() > 0 && value.count() % milliseconds == 0) {
            return as_toml(compose("{}{}", std::to_string(value.count() / milliseconds), suffix));
        }
    }
    return as_toml(compose("{}ms", std::to_string(value.count())));
}

std::string parameters(const Config& config) {
    std::string modules;
    for (const auto& [module, values] : config.driver.parameters) {
        std::string text;
        for (const auto& [name, value] : values) {
            append(text, ", ", compose("{} = {}", name, as_toml(value)));
        }
        append(modules, ", ", compose("{} = { {} }", module.str(), text));
    }
    return compose("{ {} }", modules);
}

std::string ports(const Config& config) {
    if (config.names.ports.empty()) {
        return "";
    }
    return list_of(config.names.ports, [](const PortName& port) {
        const auto match_text = match(
            Overloaded{
                [](const PciAddress& pci) { return "pci = " + as_toml(pci.to_string()); },
                [](const MacAddress& mac) { return "mac = " + as_toml(mac.to_string()); }},
            port.match
        );
        return compose("{ match = { {} }, name = {} }", match_text, as_toml(port.name.str()));
    });
}

std::string sources(const Config& config) {
    const auto& stage = config.stage;
    if (!stage.sources_by_kernel) {
        return stage.sources.empty() ? as_toml("") : texts_of(stage.sources);
    }
    std::string text;
    for (const auto& [kernel, wanted] : *stage.sources_by_kernel) {
        append(text, ", ", compose("{} = {}", as_toml(kernel), texts_of(wanted)));
    }
    return compose("{ {} }", text);
}

constexpr std::string_view text_type = "text";
constexpr std::string_view word_type = "word";
constexpr std::string_view flag_type = "true or false";
constexpr std::string_view texts_type = "list of texts";
constexpr std::string_view number_type = "whole number";
constexpr std::string_view duration_type = "duration";
constexpr std::string_view any_duration = "with its unit: ms, s, min or h";

constexpr KeyHelp key_help[] = {
    {"driver",
     "tree",
     text_type,
     "an absolute path",
     "Where modules are staged: below TREE/lib/modules/KERNEL.",
     "\"/var/opt/drivers\"",
     [](const Config& c) { return as_toml(c.driver.tree); }},
    {"driver",
     "replace",
     texts_type,
     "names of modules",
     "The in-tree modules that have to go before the staged ones are loaded.",
     "[\"sfc\", \"sfc_ef100\"]",
     [](const Config& c) { return names_of(c.driver.replace); }},
    {"driver",
     "load",
     texts_type,
     "names of modules; those of replace among them",
     "What is loaded. What these depend on is found and loaded before them.",
     "[\"sfc\"]",
     [](const Config& c) { return names_of(c.driver.load); }},
    {"driver",
     "activate",
     word_type,
     "with-nic, always",
     "Whether a node without a Solarflare card loads the modules as well.",
     "\"always\"",
     [](const Config& c) { return as_toml(to_string(c.driver.activate)); }},
    {"driver",
     "pins",
     text_type,
     "a path",
     "SHA-256 digests, as sha256sum writes them, that staged modules must have. No such file: no "
     "pins.",
     "\"/etc/onload-node/pins\"",
     [](const Config& c) { return as_toml(c.driver.pins); }},
    {"driver",
     "signature",
     word_type,
     "auto, always",
     "Whether signatures are asked for always, or where the kernel asks for them.",
     "\"always\"",
     [](const Config& c) { return as_toml(to_string(c.driver.signature)); }},
    {"driver",
     "vermagic",
     word_type,
     "kernel, exact",
     "Whether a module may be of another kernel whose symbols are the same, as the kernel itself "
     "has it, or not.",
     "\"exact\"",
     [](const Config& c) { return as_toml(to_string(c.driver.vermagic)); }},
    {"driver",
     "parameters",
     "table of tables",
     "[driver.parameters] MODULE = { NAME = VALUE }",
     "Parameters of the modules. A drop-in adds to these or changes single ones.",
     "{ sfc = { performance_profile = \"throughput\" } }",
     parameters},
    {"names",
     "policy",
     word_type,
     "preserve, sequential, explicit, off",
     "Which names the ports get: those that they had, PREFIX0 and so on, only those of "
     "[[names.port]], or none of ours.",
     "\"sequential\"",
     [](const Config& c) { return as_toml(to_string(c.names.policy)); }},
    {"names",
     "prefix",
     text_type,
     "up to 12 characters that an interface's name may have",
     "Under the policy sequential: what stands before the number. Ports count by their PCI "
     "addresses.",
     "\"ef\"",
     [](const Config& c) { return as_toml(c.names.prefix); }},
    {"names",
     "port",
     "list of tables",
     "[[names.port]] match = { pci = ADDRESS } or { mac = ADDRESS }, name = NAME",
     "A name for one port, under every policy. Drop-ins add to these.",
     "[{ match = { pci = \"0000:3b:00.0\" }, name = \"trade0\" }]",
     ports},
    {"time",
     "daemon",
     text_type,
     "a unit; \"\" for none",
     "The unit that keeps the clock while the out-of-tree driver is on.",
     "\"\"",
     [](const Config& c) { return as_toml(c.time.daemon); }},
    {"time",
     "displace",
     texts_type,
     "units",
     "What it takes the clock from. The first that there is gets it back.",
     "[\"ntpd.service\"]",
     [](const Config& c) { return texts_of(c.time.displace); }},
    {"time",
     "port",
     text_type,
     "first, an interface, a PCI address, \"\"",
     "What sfptpd gets as its -i: the first port with carrier and an address, this one, or "
     "nothing.",
     "\"0000:3b:00.0\"",
     [](const Config& c) { return as_toml(c.time.port); }},
    {"time",
     "mask",
     word_type,
     "boot, always, never",
     "How long a displaced unit is masked: until kubelet starts, for the whole boot, or not at "
     "all. It is held back in any case.",
     "\"never\"",
     [](const Config& c) { return as_toml(to_string(c.time.mask)); }},
    {"time",
     "retry",
     duration_type,
     any_duration,
     "The longest pause before a daemon that has failed is tried again.",
     "\"1h\"",
     [](const Config& c) { return duration(c.time.retry); }},
    {"guard",
     "attempts",
     number_type,
     "1 to 100",
     "How many boots in a row may end badly with one set of modules before the node stays on the "
     "in-tree driver.",
     "1",
     [](const Config& c) { return std::to_string(c.guard.attempts); }},
    {"guard",
     "previous",
     flag_type,
     "",
     "Whether the set that was confirmed before is tried before the in-tree driver.",
     "false",
     [](const Config& c) { return flag(c.guard.previous); }},
    {"guard",
     "settle",
     duration_type,
     any_duration,
     "How long a boot has to go well before it counts as good.",
     "\"5min\"",
     [](const Config& c) { return duration(c.guard.settle); }},
    {"guard",
     "patience",
     duration_type,
     any_duration,
     "How long a boot in which nothing is reached over the ports waits for slow switches.",
     "\"20min\"",
     [](const Config& c) { return duration(c.guard.patience); }},
    {"stage",
     "source",
     "text, list of texts, or table",
     "images, archives or folders; ${kernel} stands for the kernel; a table has one for each "
     "kernel",
     "What onload-node-stage stages. Of what two of them have the later one wins. \"\": nothing.",
     "\"quay.example/onload:${kernel}\"",
     sources},
    {"stage",
     "authfile",
     text_type,
     "a path",
     "Credentials for the registries, as podman reads them.",
     "\"/etc/onload-node/auth.json\"",
     [](const Config& c) { return as_toml(c.stage.authfile); }},
    {"stage",
     "tls_verify",
     flag_type,
     "",
     "Whether the certificates of registries are checked.",
     "false",
     [](const Config& c) { return flag(c.stage.tls_verify); }},
    {"stage",
     "then",
     word_type,
     "next-boot, now",
     "When what was staged is put to use. \"now\" cuts the connections over the ports.",
     "\"now\"",
     [](const Config& c) { return as_toml(to_string(c.stage.then)); }},
    {"stage",
     "keep",
     number_type,
     "1 to 100",
     "Of how many kernels the modules are kept. Those of the running and of the next one are kept "
     "in any case.",
     "3",
     [](const Config& c) { return std::to_string(c.stage.keep); }},
    {"publish",
     "cdi",
     flag_type,
     "",
     "Whether containers are offered Onload by the Container Device Interface.",
     "false",
     [](const Config& c) { return flag(c.publish.cdi); }},
    {"publish",
     "nfd",
     flag_type,
     "",
     "Whether there are labels for Node Feature Discovery, where it is. Where it is written down, "
     "a node without it says so.",
     "false",
     [](const Config& c) { return flag(c.publish.nfd); }},
    {"limits",
     "unload",
     duration_type,
     any_duration,
     "How long a module may take to go.",
     "\"30s\"",
     [](const Config& c) { return duration(c.limits.unload); }},
    {"limits",
     "probe",
     duration_type,
     any_duration,
     "How long a driver may take for each of: its init, its ports, their interfaces.",
     "\"1min\"",
     [](const Config& c) { return duration(c.limits.probe); }},
};

constexpr std::string_view template_header =
    "# SPDX-License-Identifier: BSD-2-Clause\n"
    "# Configuration of onload-node on this node: every key, with "
    "its default behind the #. Files in\n"
    "# /etc/onload-node/config.d are read after this one, in the "
    "order of their names; a later file wins.\n"
    "# `onload-node config` shows what holds and from which file; "
    "`onload-node config --check FILE` checks one.\n";

/// Broken between words, each line a comment.
std::string comment(std::string_view text) {
    constexpr std::size_t width = 110;
    std::string lines;
    std::string line = "#";
    while (!text.empty()) {
        const auto word = take_until(text, " ");
        if (line.size() + 1 + word.size() > width) {
            lines += line + "\n";
            line = "#";
        }
        append(line, " ", word);
    }
    return lines + line + "\n";
}

}  // namespace

std::span<const KeyHelp> config_help() {
    return key_help;
}

std::string config_template() {
    const Config defaults;
    std::string text(template_header);
    std::string_view section;
    for (const auto& key : key_help) {
        if (key.section != section) {
            section = key.section;
            text += compose("\n[{}]\n", section);
        }
        const auto value = key.show(defaults);
        text += comment(compose(
            "{} ({}{}{})", key.sentence, key.type, key.allowed.empty() ? "" : ": ", key.allowed
        ));
        text +=
            compose("#{} = {}\n", key.key, value.empty() ? key.example : std::string_view(value));
    }
    return text;
}

}  // namespace onload_node
