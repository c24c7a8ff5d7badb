// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"
#include "core/model/observed.hpp"

namespace onload_node {

/// Decides whose the guard, the names and what was reached are, by the machine's id, its hardware's
/// UUID and the permanent addresses of its ports, and forgets in `observed` what is another
/// machine's: a disk that was cloned starts anew. To be called when ports, guard and names have
/// been read.
///
/// No port may be the same, and the id or the hardware has to differ. An id that was made anew on
/// the same machine has the same ports, and so has a board that was replaced: their counts and
/// names are worth keeping. A card that was replaced is in a machine with the same id and hardware,
/// and the names deal with it by slot and address. The id alone does not do: an image-based upgrade
/// gives all of its machines that of the one it was made of. Records without an owner are of this
/// machine: earlier versions wrote none. What is not known ("uninitialized" before a first boot has
/// ended, firmware that tells no UUID) differs from nothing.
void observe_owner(Observed& observed, const Files& files);

/// Puts the records of another machine aside, in the place of any that were put aside before, and
/// makes this machine the owner. Cut short at any moment it is finished by the next call.
[[nodiscard]] Result<void> put_records_aside(Files& files, const Observed& observed);

/// Makes this machine the owner of what is recorded from now on. Does nothing while no port shows
/// its address, or the machine has no id.
[[nodiscard]] Result<void> remember_machine(Files& files, const Observed& observed);

}  // namespace onload_node
