// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/options.hpp"

namespace onload_node::device_plugin {

/// Serves until `stop` (a descriptor) becomes readable. An error is one that another attempt at
/// once would meet again: no directory of a kubelet, another plugin in our place, a port that is
/// taken.
Result<void> run_plugin(const Options& options, int stop);

}  // namespace onload_node::device_plugin
