// SPDX-License-Identifier: BSD-2-Clause
#include "core/port_names.hpp"

#include "core/names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

const Interface* first_interface(const NetworkFunction& function) {
    return function.interfaces.empty() ? nullptr : &function.interfaces.front();
}

bool has_mac(const NetworkFunction& function, const MacAddress& mac) {
    return std::ranges::any_of(function.interfaces, [&](const Interface& interface) {
        return interface.permanent_mac.value_or(interface.mac) == mac;
    });
}

const PortName* written_down(const NamesConfig& config, const NetworkFunction& function) {
    const auto matches = [&](const PortName& port) {
        if (const auto* const address = std::get_if<PciAddress>(&port.match)) {
            return *address == function.address;
        }
        return has_mac(function, std::get<MacAddress>(port.match));
    };
    const auto found = std::ranges::find_if(config.ports, matches);
    return found == config.ports.end() ? nullptr : &*found;
}

bool on_out_of_tree_driver(const NetworkFunction& function, const Observed& observed) {
    const auto driver = ModuleName::parse(function.driver);
    const auto loaded = driver ? observed.loaded.find(*driver) : observed.loaded.end();
    return loaded != observed.loaded.end() && loaded->second.origin == Origin::out_of_tree;
}

/// What was decided earlier in this boot stands; otherwise the name that udev has given already. A
/// name from the kernel's own namespace is nobody's to keep.
ChosenName preserved(const NetworkFunction& function, const Observed& observed) {
    const Interface* const interface = first_interface(function);
    const auto file = observed.generated_files.find(link_file_path(function.address));
    if (file != observed.generated_files.end() && interface != nullptr) {
        return {
            &function,
            name_in_link_file(file->second),
            "the name it had when this boot began",
            interface->permanent_mac.has_value()};
    }
    if (interface == nullptr || !interface->initialised) {
        return {&function, "", "its present name is not known: no driver had named it yet"};
    }
    if (!InterfaceName::parse(interface->name)) {
        return {
            &function,
            "",
            "\"" + interface->name + "\" belongs to the kernel and cannot be kept by a rule"};
    }
    // A file of ours that has been lost since did give the name that is to be kept.
    const bool ours = interface->link_file == link_file_path(function.address);
    if (!ours && on_out_of_tree_driver(function, observed)) {
        return {&function, "", "the out-of-tree driver was on before a name could be learnt"};
    }
    return {
        &function, interface->name, "the name it has now", interface->permanent_mac.has_value()};
}

class Sequence {
public:
    explicit Sequence(const NamesConfig& config) : config_(config) {}

    ChosenName next(const NetworkFunction& function) {
        std::string name;
        do {
            name = config_.prefix + std::to_string(index_++);
        } while (taken(name));
        return {&function, name, "numbered by PCI address"};
    }

private:
    [[nodiscard]] bool taken(const std::string& name) const {
        return std::ranges::any_of(config_.ports, [&](const PortName& port) {
            return port.name.str() == name;
        });
    }

    const NamesConfig& config_;
    unsigned index_ = 0;
};

}  // namespace

std::vector<ChosenName> choose_names(
    const NamesConfig& config,
    const std::vector<const NetworkFunction*>& functions,
    const Observed& observed
) {
    std::vector<ChosenName> chosen;
    if (config.policy == NamePolicy::off && config.ports.empty()) {
        return chosen;
    }
    Sequence sequence(config);
    for (const NetworkFunction* const function : functions) {
        if (const PortName* const port = written_down(config, *function)) {
            const bool by_mac = std::holds_alternative<MacAddress>(port->match);
            chosen.push_back(
                {function, port->name.str(), "configured at " + port->position.to_string(), by_mac}
            );
        } else if (config.policy == NamePolicy::preserve) {
            chosen.push_back(preserved(*function, observed));
        } else if (config.policy == NamePolicy::sequential) {
            chosen.push_back(sequence.next(*function));
        } else {
            chosen.push_back({function, "", "no name is configured for it"});
        }
    }
    for (auto& port : chosen) {
        if (observed.other_interfaces.contains(port.name)) {
            port.reason = "\"" + port.name + "\" is the name of another interface of this machine";
            port.name.clear();
        }
    }
    return chosen;
}

bool needs_interfaces(const NamesConfig& config) {
    return config.policy == NamePolicy::preserve ||
           std::ranges::any_of(config.ports, [](const PortName& port) {
               return std::holds_alternative<MacAddress>(port.match);
           });
}

std::string link_file_path(const PciAddress& address) {
    return std::string(names::link_directory) + "/" + std::string(names::link_file_prefix) +
           address.to_string() + ".link";
}

std::string link_file_content(const ChosenName& chosen) {
    std::string text =
        "# Written by onload-node: the port keeps its name whichever driver carries it.\n"
        "[Match]\n"
        "Path=" +
        chosen.function->id_path + "\n";
    const Interface* const interface = first_interface(*chosen.function);
    if (chosen.match_mac && interface != nullptr) {
        text +=
            "PermanentMACAddress=" + interface->permanent_mac.value_or(interface->mac).to_string() +
            "\n";
    }
    // No NamePolicy=: Name= would only be its last resort. No alternative names: those of a
    // neighbour's port may collide.
    return text + "\n[Link]\nName=" + chosen.name + "\nAlternativeNamesPolicy=\n";
}

std::string name_in_link_file(const std::string& content) {
    constexpr std::string_view key = "\nName=";
    const auto found = content.find(key);
    if (found == std::string::npos) {
        return {};
    }
    const auto from = found + key.size();
    return content.substr(from, content.find('\n', from) - from);
}

}  // namespace onload_node
