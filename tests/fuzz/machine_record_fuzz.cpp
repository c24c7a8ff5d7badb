// SPDX-License-Identifier: BSD-2-Clause
// Whose the records are, on a disk that may come from anywhere: the id that is read becomes part of
// file names, and a machine that makes itself the owner is the owner from then on.
#include "core/model/paths.hpp"
#include "one_file.hpp"
#include "run/machine_record.hpp"
#include "target.hpp"

using namespace onload_node;

namespace {

Observed machine_with_a_port() {
    Observed observed;
    NetworkFunction function;
    Interface port;
    port.permanent_mac = MacAddress::parse("00:0f:53:00:00:01").value();
    function.interfaces.push_back(port);
    observed.functions.push_back(function);
    return observed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::OneFile file(paths::machine_file, fuzz::text_of(data, size));
    auto observed = machine_with_a_port();
    observe_owner(observed, file);
    const auto& id = observed.recorded.id;
    fuzz::require(id.empty() || id.size() == 16);
    fuzz::require(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    // The one file has no machine-id(5): nothing is decided without one.
    fuzz::require(observed.records_owner == RecordsOwner::this_machine);
    observed.machine.id = "0123456789abcdef";
    fuzz::require(remember_machine(file, observed).has_value());
    auto again = machine_with_a_port();
    observe_owner(again, file);
    fuzz::require(again.recorded.id == "0123456789abcdef");
    fuzz::require(again.recorded.ports.size() >= observed.machine.ports.size());
    return 0;
}
