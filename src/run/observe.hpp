// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Looks at everything the plan and the report need. Changes nothing. What cannot be seen without
/// rights (units, digests) is left empty; an error means that not even the machine's own hardware
/// could be listed. Where `observed` is of an earlier look, what cannot have changed since is kept:
/// the digests of the staged modules, which cost most.
[[nodiscard]] Result<void> look(Observed& observed, const Config& config, const Sensors& sensors);

/// The first look.
[[nodiscard]] Result<Observed> observe(const Config& config, const Sensors& sensors);

/// What `verify` is asked about.
struct VerifyTarget {
    std::string kernel;
    Scope scope = Scope::running;
};

/// Looks at what `verify` needs of a kernel that may not be running, on a node without a card too.
[[nodiscard]] Result<Observed>
observe_for_verify(const Config& config, const Sensors& sensors, const VerifyTarget& target);

}  // namespace onload_node
