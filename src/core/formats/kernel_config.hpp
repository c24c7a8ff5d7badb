// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace onload_node {

/// What the configuration that a kernel was built with says about modules. All of it is "no" in a
/// text that is none.
struct KernelConfig {
    bool known = false;              ///< the text is a configuration of a kernel
    bool symbol_versions = false;    ///< CONFIG_MODVERSIONS: symbols have CRCs
    bool signatures_forced = false;  ///< CONFIG_MODULE_SIG_FORCE: whatever the command line says
    std::uint16_t machine = 0;       ///< ELF machine; 0 for a processor that this program has not
    bool branch_tracking = false;    ///< CONFIG_X86_KERNEL_IBT: enforced on processors that have it
};

/// Reads a `.config`: "CONFIG_MODVERSIONS=y". Takes any text.
[[nodiscard]] KernelConfig parse_kernel_config(std::string_view text);

/// The kernels that a driver toolkit says it is for, in its etc/driver-toolkit-release.json; an
/// empty text for each that it does not tell. Takes any text.
struct ToolkitKernels {
    std::string normal;     ///< KERNEL_VERSION
    std::string real_time;  ///< RT_KERNEL_VERSION
};

[[nodiscard]] ToolkitKernels parse_toolkit_release(std::string_view text);

}  // namespace onload_node
