// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/identifiers.hpp"
#include "core/naming/port_names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

std::optional<MacAddress> permanent_mac(const NetworkFunction& function) {
    return function.interfaces.empty() ? std::nullopt : function.interfaces.front().permanent_mac;
}

bool is_elsewhere(
    const std::optional<MacAddress>& mac, const NetworkFunction& function, const Observed& observed
) {
    return mac && std::ranges::any_of(observed.functions, [&](const NetworkFunction& other) {
               return other.address != function.address && permanent_mac(other) == mac;
           });
}

void take_remembered(OwnName& own, const RememberedName& entry, const NetworkFunction& function) {
    own.name = entry.name;
    own.also = entry.also;
    own.lasting = own.remembered = true;
    if (entry.slot != function.address) {
        own.reason = compose("remembered for this card, which was in {}", entry.slot.to_string());
    } else if (own.mac && entry.mac && own.mac != entry.mac) {
        own.reason = "remembered for this slot, whose card of before is gone";
    } else {
        own.reason = "remembered for this port";
        own.mac = own.mac ? own.mac : entry.mac;
    }
}

/// Takes the port's present name. One from the kernel's own namespace cannot be kept.
void learn(OwnName& own, const NetworkFunction& function, const Observed& observed) {
    if (function.interfaces.empty() || !function.interfaces.front().initialised) {
        own.reason = "its present name is not known: no driver had named it yet";
        return;
    }
    const Interface& interface = function.interfaces.front();
    if (!InterfaceName::parse(interface.name)) {
        own.problem = true;
        own.reason = compose(
            "\"{}\" belongs to the kernel and cannot be kept by a rule; a [[names.port]] "
            "gives the port a name of its own",
            interface.name
        );
    } else if (is_our_link_file(interface.link_file) || on_out_of_tree_driver(function, observed)) {
        own.reason = "the out-of-tree driver was on before a name could be learnt";
    } else {
        own.reason = "the name it has now";
        own.name = interface.name;
        own.also = interface.predictable;
        own.lasting = true;
        std::erase_if(own.also, [&](const std::string& name) {
            return name == own.name || !InterfaceName::parse(name);
        });
    }
}

OwnName own_name(const NetworkFunction& function, const Observed& observed) {
    OwnName own;
    own.mac = identity_of(function, observed);
    const auto file = observed.generated_files.find(link_file_path(function.address));
    if (const auto* const entry = remembered_name(function, observed)) {
        take_remembered(own, *entry, function);
    } else if (file != observed.generated_files.end()) {
        // An earlier run of this boot has named the port, but could not record its own name.
        own.reason = "the name it had before ours is not known";
        own.also = alternatives_in_link_file(file->second);
    } else {
        learn(own, function, observed);
    }
    return own;
}

bool has_name(const std::vector<OwnName>& own, const std::string& name) {
    return std::ranges::any_of(own, [&](const OwnName& other) { return other.name == name; });
}

/// The loser has a name that is remembered for the winner's card. The winner takes it, and the
/// loser gets the winner's present name if nobody else has or wants that.
void give_way(
    OwnName& loser,
    const NetworkFunction& winner,
    const std::vector<OwnName>& own,
    const Observed& observed
) {
    const std::string left = winner.interfaces.empty() ? "" : winner.interfaces.front().name;
    loser.reason =
        compose("\"{}\" is remembered for the port {}", loser.name, winner.address.to_string());
    loser.also.clear();
    loser.lasting = InterfaceName::parse(left).has_value() && !has_name(own, left) &&
                    !observed.other_interfaces.contains(left);
    loser.problem = !loser.lasting;
    loser.name = loser.lasting ? left : "";
}

bool same_port(const RememberedName& one, const RememberedName& other) {
    return one.slot == other.slot || one.name == other.name || (one.mac && one.mac == other.mac);
}

}  // namespace

std::string to_text(const NameRecord& record) {
    std::string text = "# Written by onload-node: the names of the ports. Without this file they "
                       "are learnt anew at the next boot.\n";
    for (const auto& entry : record) {
        text += compose(
            "\"{}\" = [ \"{}\", \"{}",
            entry.slot.to_string(),
            entry.name,
            entry.mac ? entry.mac->to_string() : ""
        );
        for (const auto& name : entry.also) {
            text += compose("\", \"{}", name);
        }
        text += "\" ]\n";
    }
    return text;
}

std::optional<MacAddress> identity_of(const NetworkFunction& function, const Observed& observed) {
    const auto mac = permanent_mac(function);
    return is_elsewhere(mac, function, observed) ? std::nullopt : mac;
}

const RememberedName* remembered_name(const NetworkFunction& function, const Observed& observed) {
    const auto mac = identity_of(function, observed);
    const RememberedName* of_slot = nullptr;
    for (const auto& entry : observed.remembered) {
        if (mac && entry.mac == mac) {
            return &entry;
        }
        if (entry.slot == function.address && (entry.mac == permanent_mac(function) ||
                                               !is_elsewhere(entry.mac, function, observed))) {
            of_slot = &entry;
        }
    }
    return of_slot;
}

std::optional<MacAddress> known_mac(const NetworkFunction& function, const Observed& observed) {
    const auto mac = identity_of(function, observed);
    const auto* const entry = mac ? nullptr : remembered_name(function, observed);
    return entry == nullptr ? mac : entry->mac;
}

std::vector<OwnName> own_names(const Functions& functions, const Observed& observed) {
    std::vector<OwnName> own;
    for (const NetworkFunction* const function : functions) {
        own.push_back(own_name(*function, observed));
    }
    for (auto& port : own) {
        for (std::size_t winner = 0; winner < own.size(); ++winner) {
            if (!port.remembered && !port.name.empty() && own[winner].remembered &&
                own[winner].name == port.name) {
                give_way(port, *functions[winner], own, observed);
            }
        }
    }
    return own;
}

NameRecord updated_record(
    const Functions& functions, const std::vector<OwnName>& own, const Observed& observed
) {
    NameRecord record;
    NameRecord present;
    for (std::size_t index = 0; index < own.size(); ++index) {
        const auto& port = own[index];
        if (port.lasting || port.remembered) {
            present.push_back({functions[index]->address, port.mac, port.name, port.also});
        }
        if (port.lasting) {
            record.push_back(present.back());
        }
    }
    for (const auto& old : observed.remembered) {
        if (std::ranges::none_of(present, [&](const RememberedName& entry) {
                return same_port(entry, old);
            })) {
            record.push_back(old);
        }
    }
    return record;
}

}  // namespace onload_node
