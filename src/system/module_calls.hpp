// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace onload_node {

/// The three calls by which modules get into the kernel and out of it. Each answers 0 or an errno
/// value. Apart from KernelModules, so that its checks and waits can be tried without a kernel that
/// takes modules.
struct ModuleCalls {
    /// init_module(2): loads exactly these bytes.
    std::function<int(std::span<const std::byte> image, const std::string& parameters)> load_image;
    /// Loads a file of the kernel's own tree, compressed or not.
    std::function<int(const std::string& path, const std::string& parameters)> load_file;
    /// delete_module(2), not waiting for users to go away.
    std::function<int(const std::string& name)> remove;
};

/// The calls of the running kernel.
[[nodiscard]] ModuleCalls kernel_module_calls();

}  // namespace onload_node
