// SPDX-License-Identifier: BSD-2-Clause
#include "run/machine_record.hpp"

#include "base/text.hpp"
#include "base/toml.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace onload_node {

namespace {

constexpr std::size_t id_length = 32;
constexpr std::size_t derived_length = 16;

/// The records that are of one machine. What is staged is of its kernel, and stays.
constexpr std::string_view owned_records[] = {
    paths::guard_file, paths::names_file, paths::reach_file};

/// What is kept of a machine's id, since machine-id(5) asks not to show the id itself where others
/// may read it, as in a support bundle: FNV-1a, 64 bits.
std::string derived(std::string_view id) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : id) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
        text += digits[(hash >> shift) & 0xfU];
    }
    return text;
}

bool is_hex(std::string_view text, std::size_t length) {
    return text.size() == length && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// From the first line of the file; empty if there is no id in it yet.
std::string id_from(std::string_view text) {
    const auto id = text.substr(0, text.find('\n'));
    const bool some = id.find_first_not_of('0') != std::string_view::npos;
    return is_hex(id, id_length) && some ? derived(id) : std::string();
}

/// From the firmware's UUID; empty where it is none, or one that stands for "not set".
std::string hardware_from(std::string_view text) {
    constexpr std::size_t digits = 32;
    std::string id;
    for (const char c : text.substr(0, text.find('\n'))) {
        if (c != '-') {
            id += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    const bool told = id.find_first_not_of('0') != std::string::npos &&
                      id.find_first_not_of('f') != std::string::npos;
    return is_hex(id, digits) && told ? derived(id) : std::string();
}

/// A virtual function's address is made up, and another one in each boot.
std::vector<MacAddress> ports_of(const Observed& observed) {
    std::vector<MacAddress> ports;
    for (const auto& function : observed.functions) {
        for (const auto& interface : function.interfaces) {
            if (!function.physical_function && interface.permanent_mac) {
                ports.push_back(*interface.permanent_mac);
            }
        }
    }
    std::ranges::sort(ports);
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    return ports;
}

/// Without an id if there is no record, or a damaged one.
MachineRecord read_record(const Files& files) {
    MachineRecord record;
    const auto document = toml::parse(files.read(paths::machine_file).value_or(""));
    if (!document) {
        return record;
    }
    const auto& table = document.table();
    // It becomes part of a file's name.
    if (auto id = table["machine"].value_or(std::string()); is_hex(id, derived_length)) {
        record.id = std::move(id);
    }
    record.hardware = table["hardware"].value_or(std::string());
    if (const toml::array* const ports = table["ports"].as_array()) {
        for (const auto& port : *ports) {
            if (const auto mac = MacAddress::parse(port.value_or(std::string()))) {
                record.ports.push_back(*mac);
            }
        }
    }
    std::ranges::sort(record.ports);
    return record;
}

Result<void> write_record(Files& files, const MachineRecord& record) {
    toml::array ports;
    for (const auto& mac : record.ports) {
        ports.push_back(mac.to_string());
    }
    return files.write(
        paths::machine_file,
        toml_text(toml::table{
            {"machine", record.id}, {"hardware", record.hardware}, {"ports", std::move(ports)}})
    );
}

/// Both are known.
bool differ(const std::string& one, const std::string& other) {
    return !one.empty() && !other.empty() && one != other;
}

RecordsOwner owner(const MachineRecord& recorded, const MachineRecord& now) {
    const bool same = !differ(recorded.id, now.id) && !differ(recorded.hardware, now.hardware);
    if (recorded.id.empty() || same) {
        return RecordsOwner::this_machine;
    }
    if (now.ports.empty()) {
        return RecordsOwner::undecided;
    }
    const bool shared = std::ranges::any_of(now.ports, [&](const MacAddress& mac) {
        return std::ranges::find(recorded.ports, mac) != recorded.ports.end();
    });
    return shared ? RecordsOwner::this_machine : RecordsOwner::another_machine;
}

/// Where a record of that machine is put aside.
std::string aside(std::string_view path, const std::string& id) {
    return compose(
        "{}/{}{}-{}", paths::state_directory, paths::put_aside_prefix, id, file_name(path)
    );
}

/// One generation is kept.
Result<void> remove_older(Files& files, const std::string& id) {
    const auto kept = compose("{}{}-", paths::put_aside_prefix, id);
    for (const auto& name : files.list(paths::state_directory)) {
        if (name.starts_with(paths::put_aside_prefix) && !name.starts_with(kept)) {
            TRY(files.remove(compose("{}/{}", paths::state_directory, name)));
        }
    }
    return {};
}

/// The copy is on the disk before the record goes. One that is gone was copied by an earlier call.
Result<void> put_one_aside(Files& files, std::string_view path, const std::string& id) {
    const auto text = files.read(path);
    if (!text) {
        return text.error().code == ErrorCode::not_found ? Result<void>()
                                                         : tl::unexpected(text.error());
    }
    TRY(files.write(aside(path, id), *text));
    return files.remove(path);
}

}  // namespace

void observe_owner(Observed& observed, const Files& files) {
    observed.machine = {
        id_from(files.read(paths::machine_id).value_or("")),
        ports_of(observed),
        hardware_from(files.read(paths::machine_hardware).value_or(""))};
    observed.recorded = read_record(files);
    observed.records_owner = owner(observed.recorded, observed.machine);
    observed.records_note = files.read(paths::put_aside_note).value_or("");
    if (observed.records_owner != RecordsOwner::another_machine) {
        return;
    }
    observed.records_note = compose(
        "the names and counts in {} are of another machine ({}), as on a cloned disk: this one "
        "starts anew, and they are put aside there",
        paths::state_directory,
        observed.recorded.id
    );
    observed.remembered.clear();
    observed.names_text.clear();
    observed.names_problem.clear();
    // One that this boot has armed is this machine's, whatever the record of the owner says.
    if (!observed.guard || observed.guard->boot_id != observed.boot_id) {
        observed.guard.reset();
        observed.guard_problem.clear();
    }
}

Result<void> put_records_aside(Files& files, const Observed& observed) {
    const auto& id = observed.recorded.id;
    TRY(remove_older(files, id));
    for (const auto path : owned_records) {
        if (path != paths::guard_file || !observed.guard) {
            TRY(put_one_aside(files, path, id));
        }
    }
    TRY(files.write(paths::put_aside_note, observed.records_note));
    // Last: until then the next run finds another machine's records, and goes on with them.
    return write_record(files, observed.machine);
}

Result<void> remember_machine(Files& files, const Observed& observed) {
    MachineRecord record = observed.machine;
    if (record.id.empty() || record.ports.empty()) {
        return {};
    }
    const auto known = read_record(files);
    if (known.id == record.id) {
        // A port that does not show its address at this moment is still this machine's.
        std::vector<MacAddress> all;
        std::ranges::set_union(record.ports, known.ports, std::back_inserter(all));
        record.ports = std::move(all);
    }
    if (record.hardware.empty() && owner(known, record) == RecordsOwner::this_machine) {
        record.hardware = known.hardware;
    }
    return known == record ? Result<void>() : write_record(files, record);
}

}  // namespace onload_node
