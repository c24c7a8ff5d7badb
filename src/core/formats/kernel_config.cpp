// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/kernel_config.hpp"

#include "base/text.hpp"
#include "core/model/kernel_release.hpp"

namespace onload_node {

namespace {

/// The text value of a key of a flat JSON object; "" if it is no name of a kernel.
std::string kernel_named_by(std::string_view text, std::string_view key) {
    const auto at = text.find(compose("\"{}\"", key));
    if (at == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(at + key.size() + 2);
    static_cast<void>(take_until(text, "\""));
    const auto value = take_until(text, "\"");
    return is_kernel_release(value) ? std::string(value) : std::string();
}

/// The ELF machine that a line of the configuration stands for; 0 for all other lines.
std::uint16_t machine_of(std::string_view line) {
    constexpr std::uint16_t x86_64 = 62;
    constexpr std::uint16_t aarch64 = 183;
    return line == "CONFIG_X86_64=y" ? x86_64 : line == "CONFIG_ARM64=y" ? aarch64 : 0;
}

}  // namespace

KernelConfig parse_kernel_config(std::string_view text) {
    KernelConfig config;
    while (!text.empty()) {
        const auto line = trimmed(take_until(text, "\n"));
        config.known = config.known || line == "CONFIG_MODULES=y";
        config.symbol_versions = config.symbol_versions || line == "CONFIG_MODVERSIONS=y";
        config.signatures_forced = config.signatures_forced || line == "CONFIG_MODULE_SIG_FORCE=y";
        config.branch_tracking = config.branch_tracking || line == "CONFIG_X86_KERNEL_IBT=y";
        if (const auto machine = machine_of(line); machine != 0) {
            config.machine = machine;
        }
    }
    return config;
}

ToolkitKernels parse_toolkit_release(std::string_view text) {
    return {kernel_named_by(text, "KERNEL_VERSION"), kernel_named_by(text, "RT_KERNEL_VERSION")};
}

}  // namespace onload_node
