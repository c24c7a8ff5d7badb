// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/hardware.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/devices/hardware_message.hpp"
#include "system/devices/hardware_reader.hpp"
#include "system/devices/links.hpp"
#include "system/files/files.hpp"
#include "system/processes/children.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <csignal>
#include <functional>

namespace onload_node {

namespace {

/// Once it is known that something hangs.
constexpr Milliseconds next_limit = std::chrono::seconds(2);

/// True if the process is in uninterruptible sleep. One that was killed leaves it when the kernel
/// lets go of it.
bool stuck(std::string_view pid) {
    const auto text = SystemFiles().read(compose("{}/{}/stat", paths::proc, pid));
    return text && text->find(") D ") != std::string::npos;
}

/// The functions about which an earlier look is still waiting for the kernel's answer.
std::vector<PciAddress> read_hung() {
    std::vector<PciAddress> hung;
    const auto text = SystemFiles().read(paths::hung_functions).value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        auto line = take_until(rest, "\n");
        const auto address = PciAddress::parse(take_until(line, " "));
        if (address && stuck(line)) {
            hung.push_back(*address);
        }
    }
    return hung;
}

/// So that nobody else asks and waits. Whoever may not write it has to wait.
void remember_hung(const PciAddress& address, pid_t child) {
    SystemFiles files;
    const auto before = files.read(paths::hung_functions).value_or("");
    static_cast<void>(files.write(
        paths::hung_functions,
        compose("{}{} {}\n", before, address.to_string(), std::to_string(child))
    ));
}

bool answered(const ChildOutcome& report) {
    return report.end == ChildOutcome::End::returned;
}

/// A child that does not answer in time is killed, and is gone as soon as the kernel lets go of it.
ChildOutcome ask(const std::function<int(int out)>& tell, Milliseconds limit) {
    auto report = run_in_child(tell, limit);
    if (report.end == ChildOutcome::End::hung) {
        ::kill(report.pid, SIGKILL);
    }
    return report;
}

}  // namespace

Result<DiscoveredHardware> SystemHardware::look() const {
    auto hung = read_hung();
    for (Milliseconds limit = limit_;; limit = std::min(limit_, next_limit)) {
        const auto report = ask([&](int out) { return tell_hardware(out, hung); }, limit);
        auto found = read_hardware(report.bytes).found;
        if (answered(report)) {
            return report.value == 0
                       ? Result<DiscoveredHardware>(std::move(found))
                       : errno_failure("cannot look at the network hardware", report.value);
        }
        const auto culprit = std::ranges::find_if(found.functions, [&](const auto& function) {
            return function.hung && !contains(hung, function.address);
        });
        // What hangs may be no function; what was told until then has to do.
        if (culprit == found.functions.end()) {
            return found;
        }
        remember_hung(culprit->address, report.pid);
        hung.push_back(culprit->address);
    }
}

std::string SystemHardware::model(const NetworkFunction& function) const {
    return names_.model(
        {function.vendor, function.device, function.subsystem_vendor, function.subsystem_device}
    );
}

FunctionDetails SystemHardware::details(const NetworkFunction& function) const {
    const auto report = ask([&](int out) { return tell_details(out, function); }, next_limit);
    return read_hardware(report.bytes).details;
}

std::vector<FunctionDetails>
SystemHardware::live_details(const std::vector<NetworkFunction>& functions) const {
    const auto report = ask([&](int out) { return tell_live_details(out, functions); }, next_limit);
    auto details = read_hardware(report.bytes).live_details;
    details.resize(functions.size());
    return details;
}

Result<std::string>
SystemHardware::route(const std::string& peer, const std::string& source) const {
    // The kernel needs no lock for the answer.
    return routed_interface(peer, source);
}

Result<std::vector<Link>> SystemHardware::links() const {
    const auto report = ask(tell_links, limit_);
    if (!answered(report) || report.value != 0) {
        return failure(ErrorCode::timeout, "the kernel does not tell the addresses of interfaces");
    }
    return read_hardware(report.bytes).links;
}

}  // namespace onload_node
