// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/cpu_placement.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <cctype>

namespace onload_node {

namespace {

CpuSet cpus_in(const Files& files, const std::string& path) {
    return parse_cpu_list(files.read(path).value_or(""));
}

/// Of all interrupts of a function. One that no processor has had yet is where it may go.
CpuSet interrupt_cpus(const Files& files, const NetworkFunction& function) {
    CpuSet cpus;
    const auto folder =
        compose("{}/{}/msi_irqs", paths::sys_pci_devices, function.address.to_string());
    for (const auto& irq : files.list(folder)) {
        cpus.merge(cpus_in(files, compose("{}/irq/{}/effective_affinity_list", paths::proc, irq)));
    }
    return cpus;
}

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// The kernel keeps 15 characters of the name.
constexpr std::string_view server_comm = "onload_cp_serve\n";

CpuSet server_cpus(const Files& files) {
    for (const auto& process : files.list(paths::proc)) {
        if (!is_number(process) ||
            files.read(compose("{}/{}/comm", paths::proc, process)).value_or("") != server_comm) {
            continue;
        }
        constexpr std::string_view key = "Cpus_allowed_list:\t";
        const auto status = files.read(compose("{}/{}/status", paths::proc, process)).value_or("");
        const auto at = status.find(key);
        return at == std::string::npos
                   ? CpuSet()
                   : parse_cpu_list(std::string_view(status).substr(at + key.size()));
    }
    return {};
}

}  // namespace

CpuPlacement look_at_cpus(const Files& files, const std::vector<NetworkFunction>& functions) {
    CpuPlacement placement;
    placement.isolated = cpus_in(files, "/sys/devices/system/cpu/isolated");
    for (const auto& function : functions) {
        auto cpus = interrupt_cpus(files, function);
        if (!cpus.empty() && !function.interfaces.empty()) {
            placement.interrupts.emplace_back(function.interfaces.front().name, std::move(cpus));
        }
    }
    placement.server = server_cpus(files);
    return placement;
}

std::vector<std::string> isolation_complaints(const CpuPlacement& placement) {
    std::vector<std::string> complaints;
    for (const auto& [interface, cpus] : placement.interrupts) {
        const auto shared = cpu_list(common_cpus(cpus, placement.isolated));
        if (!shared.empty()) {
            complaints.push_back(compose(
                "interrupts of {} come to isolated CPUs ({}): move them by smp_affinity_list in "
                "/proc/irq, as irqbalance and TuneD do",
                interface,
                shared
            ));
        }
    }
    // One that may run anywhere is kept off isolated processors by the scheduler, unless it has no
    // others.
    const auto& server = placement.server;
    if (!server.empty() && common_cpus(server, placement.isolated) == server) {
        complaints.push_back(compose(
            "onload_cp_server may run on isolated CPUs only ({}): give it others with taskset -p",
            cpu_list(server)
        ));
    }
    return complaints;
}

}  // namespace onload_node
