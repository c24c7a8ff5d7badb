// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "device_plugin/options.hpp"

namespace onload_node::device_plugin {

/// Serves until the descriptor `stop` becomes readable. It fails if another attempt at once would
/// fail again: the kubelet's directory is missing when it starts, or another plugin serves the
/// resource. And it fails when only a new container can help, such as with a mount whose directory
/// was removed on the host.
Result<void> run_plugin(const Options& options, int stop);

}  // namespace onload_node::device_plugin
