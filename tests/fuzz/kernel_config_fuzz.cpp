// SPDX-License-Identifier: BSD-2-Clause
// What a release's image says of its kernels: the configuration, and the driver toolkit's own word.
#include "core/formats/kernel_config.hpp"
#include "core/model/kernel_release.hpp"
#include "target.hpp"

#include <algorithm>

using namespace onload_node;

namespace {

/// Nothing is said to be set whose line is not there.
void require_named(const KernelConfig& config, const std::string& text) {
    const auto has = [&](const char* line) { return text.find(line) != std::string::npos; };
    fuzz::require(!config.known || has("CONFIG_MODULES=y"));
    fuzz::require(!config.symbol_versions || has("CONFIG_MODVERSIONS=y"));
    fuzz::require(!config.signatures_forced || has("CONFIG_MODULE_SIG_FORCE=y"));
    fuzz::require(!config.branch_tracking || has("CONFIG_X86_KERNEL_IBT=y"));
    fuzz::require(config.machine == 0 || has("CONFIG_X86_64=y") || has("CONFIG_ARM64=y"));
}

/// Each line counts by itself: of two halves the whole has what either has.
void require_by_line(const KernelConfig& whole, const std::string& text) {
    const auto cut = text.find('\n', text.size() / 2);
    if (cut == std::string::npos) {
        return;
    }
    const auto first = parse_kernel_config(text.substr(0, cut));
    const auto second = parse_kernel_config(text.substr(cut + 1));
    fuzz::require(whole.known == (first.known || second.known));
    fuzz::require(whole.symbol_versions == (first.symbol_versions || second.symbol_versions));
    fuzz::require(whole.signatures_forced == (first.signatures_forced || second.signatures_forced));
    fuzz::require(whole.branch_tracking == (first.branch_tracking || second.branch_tracking));
    fuzz::require(whole.machine == (second.machine != 0 ? second.machine : first.machine));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = fuzz::text_of(data, size);
    const auto config = parse_kernel_config(text);
    require_named(config, text);
    require_by_line(config, text);
    const auto [normal, real_time] = parse_toolkit_release(text);
    for (const auto& kernel : {normal, real_time}) {
        fuzz::require(kernel.empty() || is_kernel_release(kernel));
        fuzz::require(text.find(kernel) != std::string::npos);
    }
    return 0;
}
