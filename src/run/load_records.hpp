// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <map>

namespace onload_node {

/// What onload-node itself loaded in this boot (/run/onload-node/loaded.toml); empty if there is no
/// readable record.
[[nodiscard]] std::map<ModuleName, LoadRecord> read_load_records(const Files& files);

/// Adds or replaces the record of one module.
[[nodiscard]] Result<void> record_load(Files& files, const LoadModule& step);

}  // namespace onload_node
