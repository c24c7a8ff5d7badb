// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/formats/kernel_config.hpp"
#include "core/verifying/verify.hpp"

#include <string>
#include <variant>
#include <vector>

/// Would the staged modules load on the kernel of another release, of which somebody has given an
/// image or a folder? Pure.
namespace onload_node {

/// What was given has these kernels.
struct ReleaseKernels {
    std::string source;  ///< what was given, as it was written
    std::vector<std::string> names;
    ToolkitKernels toolkit = {};
};

/// One kernel of it.
struct ReleaseKernel {
    std::string source;
    std::string name;
    std::string symvers;  ///< path; "" if it has none
    KernelConfig config = {};
};

/// The kernel to verify for: `wanted`, or else the only one. A failed check says why there is none.
[[nodiscard]] std::variant<std::string, Check>
choose_kernel(const ReleaseKernels& kernels, const std::string& wanted);

/// Adds what the kernel demands by itself, whatever the node's running one does.
void add_demands(Observed& observed, const ReleaseKernel& kernel);

/// The checks of verify(), behind one for the kernel itself: it fails where what was given does not
/// suffice to check by. Nothing that the running kernel lets pass counts.
[[nodiscard]] std::vector<Check>
verify_for_kernel(const Config& config, const Observed& observed, const ReleaseKernel& kernel);

}  // namespace onload_node
