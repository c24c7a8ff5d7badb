// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

/// Fixtures: what a look needs and a test does not ask about.
namespace onload_node::fixture {

class NoHost : public Host {
public:
    [[nodiscard]] Result<HostFacts> facts() const override { return HostFacts(); }

    [[nodiscard]] std::string denied_to_containers(const std::string&) const override { return ""; }

    [[nodiscard]] std::string utc(std::int64_t) const override { return "then"; }
};

/// No card; every peer that has an address is reached over an interface of its own.
class NoHardware : public Hardware {
public:
    [[nodiscard]] Result<DiscoveredHardware> look() const override { return DiscoveredHardware(); }

    [[nodiscard]] std::string model(const NetworkFunction&) const override { return ""; }

    [[nodiscard]] FunctionDetails details(const NetworkFunction&) const override { return {}; }

    [[nodiscard]] std::vector<FunctionDetails>
    live_details(const std::vector<NetworkFunction>& functions) const override {
        return std::vector<FunctionDetails>(functions.size());
    }

    [[nodiscard]] Result<std::string>
    route(const std::string& peer, const std::string&) const override {
        return peer.empty() ? failure(ErrorCode::not_found, "no route")
                            : Result<std::string>("to-" + peer);
    }

    [[nodiscard]] Result<std::vector<Link>> links() const override { return std::vector<Link>(); }
};

/// Knows every symbol that it is asked for.
class KnowingTrees : public ModuleTrees {
public:
    [[nodiscard]] std::unique_ptr<ModuleTree>
    open(const std::string&, const std::string&) const override {
        return nullptr;
    }

    [[nodiscard]] KernelSymbols
    kernel_symbols(const std::string& kernel, const Symbols& wanted) const override {
        return {kernel, "", wanted};
    }

    [[nodiscard]] std::vector<std::string> kernels(const std::string&) const override { return {}; }
};

}  // namespace onload_node::fixture
