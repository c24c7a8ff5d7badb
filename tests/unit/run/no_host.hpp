// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node::fixture {

/// Fixture: a host of which nothing is known.
class NoHost final : public Host {
public:
    [[nodiscard]] Result<HostFacts> facts() const override { return HostFacts(); }

    [[nodiscard]] std::string utc(std::int64_t) const override { return "then"; }
};

}  // namespace onload_node::fixture
