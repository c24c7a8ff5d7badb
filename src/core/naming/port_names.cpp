// SPDX-License-Identifier: BSD-2-Clause
#include "core/naming/port_names.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <algorithm>

namespace onload_node {

namespace {

const PortName*
written_down(const NamesConfig& config, const NetworkFunction& function, const Observed& observed) {
    const auto mac = known_mac(function, observed);
    const auto matches = [&](const PortName& port) {
        const auto* const address = std::get_if<PciAddress>(&port.match);
        return address != nullptr ? *address == function.address
                                  : mac == std::get<MacAddress>(port.match);
    };
    const auto found = std::ranges::find_if(config.ports, matches);
    return found == config.ports.end() ? nullptr : &*found;
}

/// Keeps the port's own name or, if that is unknown, the name from earlier in this boot.
void preserve(ChosenName& chosen, const OwnName& own, const Observed& observed) {
    const NetworkFunction& function = *chosen.function;
    chosen.name = own.name;
    chosen.reason = own.reason;
    chosen.mac = own.mac;
    chosen.problem = own.problem;
    if (!own.name.empty() || function.interfaces.empty()) {
        return;
    }
    const Interface& interface = function.interfaces.front();
    const auto file = observed.generated_files.find(link_file_path(function.address));
    if (file != observed.generated_files.end()) {
        chosen.name = name_in_link_file(file->second);
    } else if (interface.initialised && is_our_link_file(interface.link_file)) {
        // A file of ours gave this name, which is kept although the file is lost.
        chosen.name = interface.name;
    } else {
        return;
    }
    chosen.reason = "the name it had when this boot began";
}

void write_down(ChosenName& chosen, const PortName& port, const std::optional<OtherNamer>& other) {
    const auto& name = port.name.str();
    const auto position = port.position.to_string();
    chosen.reason = compose("configured at {}", position);
    if (!other || !other->first) {
        chosen.name = name;
        const auto* const mac = std::get_if<MacAddress>(&port.match);
        chosen.mac = mac == nullptr ? std::nullopt : std::optional(*mac);
        return;
    }
    chosen.owner = other->where;
    chosen.problem = other->name != name;
    if (chosen.problem) {
        chosen.reason = compose(
            "{} names it \"{}\", but {} names it too and comes before our files; remove "
            "one of the two",
            position,
            name,
            other->where
        );
    } else {
        chosen.name = name;
    }
}

void leave_to(ChosenName& chosen, const OtherNamer& other) {
    chosen.name = other.name;
    chosen.reason = compose("named by {}", other.where);
    if (other.for_us) {
        if (const auto name = InterfaceName::parse(other.name); !name) {
            chosen.name.clear();
            chosen.problem = true;
            chosen.reason = compose("{}: {}", other.where, name.error().message);
        }
        return;
    }
    chosen.owner = other.where;
    if (other.name.empty()) {
        chosen.problem = true;
        chosen.reason = compose("{} comes before our files and gives no name", other.where);
    }
}

/// Decides between two ports that want the same name: the lower rank wins. `given` is a name from
/// somebody else, who does not ask us.
enum Rank { given, written, asked, own };

/// Finds the name that each function should have, one function after the other.
class Choice {
public:
    Choice(const NamesConfig& config, const Observed& observed)
        : config_(config), observed_(observed) {}

    Rank wish(ChosenName& chosen, const OwnName& own_name) {
        const auto other = named_by_other(*chosen.function, observed_);
        if (const PortName* const port = written_down(config_, *chosen.function, observed_)) {
            write_down(chosen, *port, other);
            return chosen.owner.empty() ? written : given;
        }
        if (other) {
            // Its number stays unused, so that the ports after it keep theirs.
            static_cast<void>(next_of_sequence());
            leave_to(chosen, *other);
            return chosen.owner.empty() ? asked : given;
        }
        switch (config_.policy) {
        case NamePolicy::preserve:
            preserve(chosen, own_name, observed_);
            break;
        case NamePolicy::sequential:
            chosen.name = next_of_sequence();
            chosen.reason = "numbered by PCI address";
            break;
        case NamePolicy::explicit_only:
        case NamePolicy::off:
            chosen.reason = "no name is configured for it";
            break;
        }
        return own;
    }

private:
    std::string next_of_sequence() {
        for (;;) {
            auto name = config_.prefix + std::to_string(index_++);
            if (std::ranges::none_of(config_.ports, [&](const PortName& port) {
                    return port.name.str() == name;
                })) {
                return name;
            }
        }
    }

    const NamesConfig& config_;
    const Observed& observed_;
    unsigned index_ = 0;
};

/// Leaves the port without the name; the other ports are not affected.
void withdraw(ChosenName& port, const std::string& whose) {
    port.reason = compose("the name \"{}\" ({}) {}", port.name, port.reason, whose);
    port.problem = true;
    port.name.clear();
    port.mac.reset();
}

void settle(
    std::vector<ChosenName>& chosen, const std::vector<Rank>& ranks, const Observed& observed
) {
    for (auto& port : chosen) {
        if (observed.other_interfaces.contains(port.name)) {
            withdraw(port, "is that of another interface of this machine");
        }
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        for (std::size_t k = 0; k < chosen.size(); ++k) {
            const auto& against = chosen[k];
            const bool loses = ranks[i] != ranks[k] ? ranks[i] > ranks[k] : i > k;
            if (loses && !against.name.empty() && chosen[i].name == against.name) {
                withdraw(
                    chosen[i],
                    compose(
                        "goes to {} ({})", against.function->address.to_string(), against.reason
                    )
                );
            }
        }
    }
}

/// How many ports have the name, will have it, or had it.
std::ptrdiff_t claims(
    const std::string& name, const std::vector<ChosenName>& chosen, const std::vector<OwnName>& own
) {
    std::ptrdiff_t count = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const auto& also = own[i].also;
        const bool claimed = chosen[i].name == name || own[i].name == name || contains(also, name);
        count += claimed ? 1 : 0;
    }
    return count;
}

/// Keeps a port's other names as alternative names, except those that somebody else has, will have,
/// or had.
void add_alternatives(
    std::vector<ChosenName>& chosen, const std::vector<OwnName>& own, const Observed& observed
) {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        auto& port = chosen[i];
        if (port.name.empty() || !port.owner.empty()) {
            continue;
        }
        port.also = own[i].also;
        port.also.push_back(own[i].name);
        std::erase_if(port.also, [&](const std::string& name) {
            return name.empty() || name == port.name || claims(name, chosen, own) > 1 ||
                   observed.other_interfaces.contains(name);
        });
    }
}

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
    const auto own = own_names(functions, observed);
    Choice choice(config, observed);
    std::vector<Rank> ranks;
    for (std::size_t i = 0; i < functions.size(); ++i) {
        ChosenName& port = chosen.emplace_back();
        port.function = functions[i];
        port.address = functions[i]->address;
        ranks.push_back(choice.wish(port, own[i]));
    }
    settle(chosen, ranks, observed);
    add_alternatives(chosen, own, observed);
    return chosen;
}

bool worth_waiting_for(
    const NamesConfig& config, const NetworkFunction& function, const Observed& observed
) {
    if (!function.interfaces.empty() && function.interfaces.front().initialised) {
        return false;
    }
    const auto* const entry = remembered_name(function, observed);
    const bool by_mac = std::ranges::any_of(config.ports, [](const PortName& port) {
        return std::holds_alternative<MacAddress>(port.match);
    });
    if (by_mac && (entry == nullptr || !entry->mac)) {
        return true;
    }
    return config.policy == NamePolicy::preserve && entry == nullptr &&
           written_down(config, function, observed) == nullptr;
}

std::string link_file_path(const PciAddress& address) {
    return compose(
        "{}/{}{}.link", paths::link_directory, paths::link_file_prefix, address.to_string()
    );
}

bool is_our_link_file(const std::string& path) {
    return path.starts_with(compose("{}/{}", paths::link_directory, paths::link_file_prefix));
}

std::string link_file_content(const ChosenName& chosen) {
    std::string text = compose(
        "# Written by onload-node: the port keeps its name whichever driver carries "
        "it.\n[Match]\nPath={}\n",
        chosen.function->id_path
    );
    if (chosen.mac) {
        text += compose("PermanentMACAddress={}\n", chosen.mac->to_string());
    }
    // No NamePolicy=: it would take precedence over Name=. No policy for alternative names: they
    // may collide with those of a neighbouring port.
    text += compose("\n[Link]\nName={}\nAlternativeNamesPolicy=\n", chosen.name);
    for (const auto& name : chosen.also) {
        text += compose("AlternativeName={}\n", name);
    }
    return text;
}

namespace {

/// The values that a file in systemd's format assigns to the key, in order.
std::vector<std::string> assigned(std::string_view content, std::string_view key) {
    std::vector<std::string> values;
    while (!content.empty()) {
        const auto line = take_until(content, "\n");
        const auto sign = line.find('=');
        if (sign != std::string_view::npos && trimmed(line.substr(0, sign)) == key) {
            values.emplace_back(trimmed(line.substr(sign + 1)));
        }
    }
    return values;
}

}  // namespace

std::string name_in_link_file(const std::string& content) {
    const auto values = assigned(content, "Name");
    return values.empty() ? std::string() : values.back();
}

bool has_name_policy(const std::string& content) {
    const auto values = assigned(content, "NamePolicy");
    return !values.empty() && !values.back().empty();
}

std::vector<std::string> alternatives_in_link_file(const std::string& content) {
    return assigned(content, "AlternativeName");
}

bool on_out_of_tree_driver(const NetworkFunction& function, const Observed& observed) {
    const auto driver = ModuleName::parse(function.module());
    const auto loaded = driver ? observed.loaded.find(*driver) : observed.loaded.end();
    return loaded != observed.loaded.end() && loaded->second.origin == Origin::out_of_tree;
}

}  // namespace onload_node
