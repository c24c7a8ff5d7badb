// SPDX-License-Identifier: BSD-2-Clause
// A kernel command line, which people type at a boot loader: whatever it is, it is read, and what
// is named comes from it.
#include "core/formats/kernel_arguments.hpp"
#include "target.hpp"

#include <algorithm>

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = fuzz::text_of(data, size);
    const auto told = boot_switch_from(text);
    fuzz::require(text.find(told.misspelt) != std::string::npos);
    for (const auto& name : blacklisted_modules(text)) {
        fuzz::require(name.size() <= text.size() && name.find(' ') == std::string::npos);
    }
    // Only the last argument counts, so those before it change nothing.
    fuzz::require(!branch_tracking_wanted(text + " ibt=off"));
    fuzz::require(blacklisted_modules(text + " module_blacklist=a,b").size() == 2);
    fuzz::require(boot_switch_from(text + " onload_node=plan").value == BootSwitch::plan_only);
    return 0;
}
