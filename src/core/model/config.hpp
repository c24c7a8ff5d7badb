// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/identifiers.hpp"
#include "core/model/paths.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace onload_node {

using Milliseconds = std::chrono::milliseconds;

/// Where in which file something was configured; line and column count from 1, 0 means "built-in
/// default".
struct ConfigPosition {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;

    /// "FILE:LINE:COLUMN".
    [[nodiscard]] std::string to_string() const;
};

// The words of each set as they stand in the file. They are what base/words.hpp calls a closed set.

enum class Activate { with_nic, always };

[[nodiscard]] constexpr std::string_view to_string(Activate activate) {
    switch (activate) {
    case Activate::with_nic:
        return "with-nic";
    case Activate::always:
        return "always";
    }
    return {};
}

enum class SignatureCheck { automatic, always };

[[nodiscard]] constexpr std::string_view to_string(SignatureCheck check) {
    switch (check) {
    case SignatureCheck::automatic:
        return "auto";
    case SignatureCheck::always:
        return "always";
    }
    return {};
}

enum class NamePolicy { preserve, sequential, explicit_only, off };

[[nodiscard]] constexpr std::string_view to_string(NamePolicy policy) {
    switch (policy) {
    case NamePolicy::preserve:
        return "preserve";
    case NamePolicy::sequential:
        return "sequential";
    case NamePolicy::explicit_only:
        return "explicit";
    case NamePolicy::off:
        return "off";
    }
    return {};
}

enum class AfterStaging { next_boot, now };

[[nodiscard]] constexpr std::string_view to_string(AfterStaging then) {
    switch (then) {
    case AfterStaging::next_boot:
        return "next-boot";
    case AfterStaging::now:
        return "now";
    }
    return {};
}

/// How long a displaced clock daemon is masked besides being held back by its condition.
enum class MaskClock {
    boot,    ///< until the unit before kubelet.service takes the link away
    always,  ///< until the next boot: the machine-config daemon cannot enable units meanwhile
    never,
};

[[nodiscard]] constexpr std::string_view to_string(MaskClock mask) {
    switch (mask) {
    case MaskClock::boot:
        return "boot";
    case MaskClock::always:
        return "always";
    case MaskClock::never:
        return "never";
    }
    return {};
}

/// What is asked of the kernel release that a module was built for.
enum class VermagicCheck {
    kernel,  ///< what the kernel asks: with modversions the CRCs of the symbols decide
    exact,   ///< that it is the kernel's own
};

[[nodiscard]] constexpr std::string_view to_string(VermagicCheck check) {
    switch (check) {
    case VermagicCheck::kernel:
        return "kernel";
    case VermagicCheck::exact:
        return "exact";
    }
    return {};
}

/// Parameters of one module, in the order configured: name and value as they are handed to the
/// kernel.
using ModuleParameters = std::vector<std::pair<std::string, std::string>>;

struct DriverConfig {
    std::string tree{paths::default_tree};  ///< staged modules are below TREE/lib/modules/KERNEL
    std::vector<ModuleName> replace;        ///< in-tree modules that must go
    std::vector<ModuleName> load;           ///< in load order; dependencies are found
    Activate activate = Activate::with_nic;
    std::string pins{paths::pins_file};
    SignatureCheck signature = SignatureCheck::automatic;
    VermagicCheck vermagic = VermagicCheck::kernel;
    std::map<ModuleName, ModuleParameters> parameters;
};

/// A name that somebody wrote down for one port.
struct PortName {
    std::variant<PciAddress, MacAddress> match;
    InterfaceName name;
    ConfigPosition position;
};

struct NamesConfig {
    NamePolicy policy = NamePolicy::preserve;
    std::string prefix = "sf";
    std::vector<PortName> ports;
};

struct TimeConfig {
    std::string daemon = "sfptpd.service";  ///< "" starts none
    /// The first that exists gets the clock back.
    std::vector<std::string> displace = {"chronyd.service", "chrony-wait.service"};
    std::string port = "first";  ///< sfptpd's -i: "first", an interface, a PCI address, "" for none
    MaskClock mask = MaskClock::boot;
    /// Longest pause before the daemon is tried again after it has failed.
    Milliseconds retry = std::chrono::minutes(10);
};

struct GuardConfig {
    unsigned attempts = 2;
    /// The set that was confirmed before is tried before the in-tree driver.
    bool previous = true;
    Milliseconds settle = std::chrono::seconds(60);
    /// How long a boot in which nothing is reached may wait for slow switches, before the in-tree
    /// driver is known to reach nothing either.
    Milliseconds patience = std::chrono::minutes(10);
};

/// What is staged for each kernel, by its release (`uname -r`).
using SourcesByKernel = std::map<std::string, std::vector<std::string>>;

struct StageConfig {
    std::vector<std::string> sources;  ///< each is staged; of what two of them have, the later wins
    /// Where there is a table, `sources` is empty. A kernel with an empty list needs nothing.
    std::optional<SourcesByKernel> sources_by_kernel;
    std::string authfile{paths::registry_authfile};
    bool tls_verify = true;  ///< but for what the node's registries.conf calls insecure
    AfterStaging then = AfterStaging::next_boot;
    unsigned keep = 2;
};

struct PublishConfig {
    bool cdi = true;
    bool nfd = true;
    bool nfd_asked_for =
        false;  ///< somebody has configured it: labels that cannot be are a complaint
};

struct LimitsConfig {
    Milliseconds unload = std::chrono::seconds(10);
    Milliseconds probe = std::chrono::seconds(30);
};

/// The whole configuration, checked: every value in it is possible. `Config()` is the configuration
/// of an empty file.
struct Config {
    Config();

    DriverConfig driver;
    NamesConfig names;
    TimeConfig time;
    GuardConfig guard;
    StageConfig stage;
    PublishConfig publish;
    LimitsConfig limits;
};

/// What the kernel is to do while a driver may hang or break it, sysctl name and value: reboot, so
/// that the guard decides. With the usual settings such a node stays dead.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
window_settings(const LimitsConfig& limits);

/// Reads "60s", "500ms", "2min", "1h"; a bare number is refused because its unit would be a guess.
[[nodiscard]] Result<Milliseconds> parse_duration(std::string_view text);

/// What the single values cannot show: two ports with one name, two names for one port, and the
/// like. Each entry is one complaint, beginning with the position of the later party and naming the
/// earlier one.
[[nodiscard]] std::vector<std::string> contradictions(const Config& config);

}  // namespace onload_node
