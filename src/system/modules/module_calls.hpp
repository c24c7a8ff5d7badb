// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/config.hpp"
#include "system/processes/children.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace onload_node {

/// The three calls that load and unload modules. Each gives 0 or an errno value, and runs in a
/// child process, because a module's init or exit may never return. The calls are not part of
/// KernelModules, so that its checks and waits can be tested without a kernel that takes modules.
struct ModuleCalls {
    /// init_module(2): loads exactly these bytes.
    std::function<ChildOutcome(
        std::span<const std::byte> image, const std::string& parameters, Milliseconds limit
    )>
        load_image;
    /// Loads a file of the kernel's own tree, compressed or not.
    std::function<
        ChildOutcome(const std::string& path, const std::string& parameters, Milliseconds limit)>
        load_file;
    /// delete_module(2); does not wait until the module is unused.
    std::function<ChildOutcome(const std::string& name, Milliseconds limit)> remove;
};

/// The calls of the running kernel.
[[nodiscard]] ModuleCalls kernel_module_calls();

/// The parameters in the syntax of the kernel: "a=1 b=\"two words\"". ErrorCode::config: a name or
/// value cannot be written that way.
[[nodiscard]] Result<std::string> kernel_parameters(const ModuleParameters& parameters);

}  // namespace onload_node
