// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/options.hpp"

namespace onload_node::device_plugin {

/// Serves until the descriptor `stop` becomes readable. It fails only if another attempt at once
/// would fail again: the kubelet's directory is missing, another plugin serves the resource, or the
/// port is taken.
Result<void> run_plugin(const Options& options, int stop);

}  // namespace onload_node::device_plugin
