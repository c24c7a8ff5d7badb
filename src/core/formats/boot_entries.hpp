// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// One entry of the boot loader: a file of /boot/loader/entries (Boot Loader Specification, type
/// 1), as far as the kernel that it boots is concerned.
struct BootEntry {
    std::string file;     ///< "ostree-2-rhcos.conf"
    std::string version;  ///< empty when it names none
    std::string kernel;   ///< path of the kernel as the boot loader sees it; empty when none
    std::string options;  ///< the kernel's arguments, of all such lines
};

/// Reads one entry. Lines that are not understood are passed over, as boot loaders do; of a key
/// given twice the last counts, but arguments add up.
[[nodiscard]] BootEntry parse_boot_entry(const std::string& file, std::string_view text);

/// Less than 0 when version `a` is older than `b`, 0 when neither is: numbers by value, "~" before
/// everything, as boot loaders and packages order versions.
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b);

/// The entry that the boot loader takes: `saved`, if there is an entry of that name (with or
/// without
/// ".conf") and none is of ostree, which knows no other order than its own; else that of the
/// highest version, of two such that of the highest file name. Null when there is no entry.
[[nodiscard]] const BootEntry*
default_entry(const std::vector<BootEntry>& entries, std::string_view saved);

/// What GRUB's environment block says of the next boot: `next_entry`, which holds for one boot,
/// else `saved_entry`; empty when neither is set.
[[nodiscard]] std::string saved_entry(std::string_view environment);

/// The release of a kernel by the path of its image: "/boot/vmlinuz-6.1.0-9-amd64", or
/// ".../6.1.0-9-amd64/linux". Empty when the path does not tell.
[[nodiscard]] std::string release_of_image(std::string_view path);

/// The value of the last `NAME=` among a kernel's arguments; empty when it is not there.
[[nodiscard]] std::string argument_value(std::string_view arguments, std::string_view name);

/// Names of ostree deployments ("CHECKSUM.SERIAL") that stand in the bytes of its note about a
/// staged deployment, each once, in their order.
[[nodiscard]] std::vector<std::string> deployments_named_in(std::string_view bytes);

}  // namespace onload_node
