// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// What a boot loader entry says about its kernel. An entry is a file in /boot/loader/entries (Boot
/// Loader Specification, type 1).
struct BootEntry {
    std::string file;     ///< "ostree-2-rhcos.conf"
    std::string version;  ///< empty when it names none
    std::string kernel;   ///< path of the kernel as the boot loader sees it; empty when none
    std::string options;  ///< the kernel's arguments, from all such lines
};

/// Reads one entry. Skips lines it does not understand, as boot loaders do. If a key is repeated,
/// the last value counts, but arguments add up.
[[nodiscard]] BootEntry parse_boot_entry(const std::string& file, std::string_view text);

/// Less than 0 if version `a` is older than `b`, 0 if neither is older. Numbers compare by value
/// and "~" sorts before everything, as in boot loaders and packages.
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b);

/// The entry that the boot loader takes: the one named `saved` (with or without ".conf"), if it
/// exists and no entry is of ostree, which knows only its own order. Otherwise the highest version;
/// of equal versions, the highest file name. Null if there is no entry.
[[nodiscard]] const BootEntry*
default_entry(const std::vector<BootEntry>& entries, std::string_view saved);

/// The next boot's entry in GRUB's environment block: `next_entry`, which holds for one boot, else
/// `saved_entry`; empty if neither is set.
[[nodiscard]] std::string saved_entry(std::string_view environment);

/// The kernel release in an image's path: "/boot/vmlinuz-6.1.0-9-amd64", or
/// ".../6.1.0-9-amd64/linux". Empty if the path names none, or what cannot be one.
[[nodiscard]] std::string release_of_image(std::string_view path);

/// The value of the last `NAME=` among a kernel's arguments; empty when it is not there.
[[nodiscard]] std::string argument_value(std::string_view arguments, std::string_view name);

/// Names of the ostree deployments ("CHECKSUM.SERIAL") in the bytes of ostree's note about a staged
/// deployment, each once, in their order.
[[nodiscard]] std::vector<std::string> deployments_named_in(std::string_view bytes);

}  // namespace onload_node
