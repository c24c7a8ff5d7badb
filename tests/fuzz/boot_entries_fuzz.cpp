// SPDX-License-Identifier: BSD-2-Clause
// What boot loaders and ostree have written: entries, GRUB's environment, kernel arguments,
// versions.
#include "core/formats/boot_entries.hpp"
#include "core/model/kernel_release.hpp"
#include "target.hpp"

#include <algorithm>

using namespace onload_node;

namespace {

bool one_line(const std::string& text) {
    return text.find('\n') == std::string::npos;
}

/// Whatever they are, of two versions exactly one is older, or neither.
void require_order(const std::string& a, const std::string& b) {
    const int order = compare_versions(a, b);
    const int turned = compare_versions(b, a);
    fuzz::require((order < 0) == (turned > 0) && (order > 0) == (turned < 0));
    fuzz::require(compare_versions(a, a) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = fuzz::text_of(data, size);
    const auto entry = parse_boot_entry("a.conf", text);
    fuzz::require(one_line(entry.version) && one_line(entry.kernel) && one_line(entry.options));
    const auto release = release_of_image(entry.kernel);
    fuzz::require(release.empty() || is_kernel_release(release));
    fuzz::require(argument_value(entry.options, "ostree").find(' ') == std::string::npos);
    fuzz::require(one_line(saved_entry(text)));
    for (const auto& name : deployments_named_in(text)) {
        fuzz::require(text.find(name) != std::string::npos && name.size() > 65);
    }
    const std::size_t half = text.size() / 2;
    const BootEntry other{"b.conf", text.substr(0, half), "", ""};
    require_order(other.version, text.substr(half));
    fuzz::require(default_entry({entry, other}, text) != nullptr);
    return 0;
}
