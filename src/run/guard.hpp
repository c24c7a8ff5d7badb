// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Reads the guard into `observed.guard`. If it cannot, `observed.guard_problem` says why.
void read_guard(Observed& observed, const Files& files);

/// Writes the record; when this returns, it is on the disk.
[[nodiscard]] Result<void> write_guard(Files& files, const GuardRecord& record);

/// Takes the attempt of this boot back, if there is one and it did not reach nothing.
/// ErrorCode::mismatch: the guard cannot be understood and stays as it is.
[[nodiscard]] Result<void> disarm_guard(Files& files, const std::string& boot_id);

/// Counts this boot among those that reached nothing, if its attempt is not yet: an end in order
/// does not take it back then. `missing` is what it does not reach.
[[nodiscard]] Result<void>
mark_unreached(Files& files, const std::string& boot_id, const std::string& missing);

/// Takes the attempts back that reached nothing: with the in-tree driver it is no different.
[[nodiscard]] Result<void> forgive_unreached(Files& files);

/// Allows no further attempt with the modules that the guard is armed for.
[[nodiscard]] Result<void> trip_guard(Files& files, const std::string& reason);

}  // namespace onload_node
