// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/options.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace onload_node::device_plugin {

namespace {

/// The kubelet gets and keeps the whole list with every change, and no node has more containers.
constexpr unsigned most_devices = 10'000;

tl::unexpected<Error>
wrong(std::string_view name, std::string_view value, std::string_view wanted) {
    return failure(
        ErrorCode::usage, compose("--{}={}: {} (--help lists the options)", name, value, wanted)
    );
}

Result<unsigned>
number(std::string_view name, std::string_view text, unsigned least, unsigned most) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || value < least || value > most) {
        return wrong(
            name,
            text,
            compose("wants a number from {} to {}", std::to_string(least), std::to_string(most))
        );
    }
    return value;
}

Result<void> take_resource(Options& options, std::string_view name, std::string_view value) {
    const auto slash = value.find('/');
    const bool strange = !std::ranges::all_of(value, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') ||
               std::string_view("./-_").find(letter) != std::string_view::npos;
    });
    if (strange || slash == 0 || slash == std::string_view::npos || slash + 1 == value.size() ||
        slash != value.rfind('/')) {
        return wrong(name, value, "wants DOMAIN/NAME, like amd.com/onload");
    }
    options.resource = value;
    return {};
}

Result<void> take_devices(Options& options, std::string_view name, std::string_view value) {
    return number(name, value, 1, most_devices).map([&](unsigned count) {
        options.devices = count;
    });
}

Result<void> take_mode(Options& options, std::string_view name, std::string_view value) {
    static_assert(words<Mode>.size() == 2, "the complaint and the help name all of them");
    const auto mode = from_word<Mode>(value);
    if (!mode) {
        return wrong(name, value, "wants cdi or explicit");
    }
    options.mode = *mode;
    return {};
}

Result<void> take_preload(Options& options, std::string_view name, std::string_view value) {
    if (value != "true" && value != "false") {
        return wrong(name, value, "wants true or false");
    }
    options.preload = value == "true";
    return {};
}

template <std::string Options::*Path>
Result<void> take_path(Options& options, std::string_view name, std::string_view value) {
    if (!value.starts_with('/')) {
        return wrong(name, value, "wants an absolute path");
    }
    options.*Path = value;
    return {};
}

Result<void> take_mount(Options& options, std::string_view name, std::string_view value) {
    const auto colon = value.find(':');
    const auto host = value.substr(0, colon);
    const auto container = colon == std::string_view::npos ? host : value.substr(colon + 1);
    if (!host.starts_with('/') || !container.starts_with('/')) {
        return wrong(name, value, "wants HOST[:CONTAINER], both absolute paths");
    }
    options.mounts.push_back({std::string(host), std::string(container)});
    return {};
}

Result<void> take_listen(Options& options, std::string_view name, std::string_view value) {
    const auto colon = value.rfind(':');
    if (colon == std::string_view::npos) {
        return wrong(name, value, "wants [ADDRESS]:PORT");
    }
    auto host = value.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    options.listen_host = host;
    return number(name, value.substr(colon + 1), 0, 65'535).map([&](unsigned port) {
        options.listen_port = static_cast<std::uint16_t>(port);
    });
}

struct Option {
    std::string_view name;
    Result<void> (*take)(Options& options, std::string_view name, std::string_view value);
};

constexpr Option known_options[] = {
    {"resource", take_resource},
    {"devices", take_devices},
    {"mode", take_mode},
    {"preload", take_preload},
    {"library-path", take_path<&Options::libraries_path>},
    {"mount", take_mount},
    {"status", take_path<&Options::status>},
    {"device-root", take_path<&Options::device_root>},
    {"kubelet-directory", take_path<&Options::kubelet_directory>},
    {"listen", take_listen},
};

Result<void> take(Options& options, std::string_view name, std::string_view value) {
    const auto* const found = std::ranges::find(known_options, name, &Option::name);
    return found != std::end(known_options)
               ? found->take(options, name, value)
               : failure(ErrorCode::usage, compose("no option --{} (--help lists them)", name));
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string_view>& arguments) {
    Options options;
    for (const auto argument : arguments) {
        if (argument == "--help" || argument == "-h") {
            options.help = true;
            continue;
        }
        if (argument == "--version") {
            options.version = true;
            continue;
        }
        const auto equals = argument.find('=');
        if (!argument.starts_with("--") || equals == std::string_view::npos) {
            return failure(
                ErrorCode::usage,
                compose("{}: options are written --NAME=VALUE (--help lists them)", argument)
            );
        }
        TRY(take(options, argument.substr(2, equals - 2), argument.substr(equals + 1)));
    }
    return options;
}

std::string help_text() {
    return R"(usage: onload-device-plugin [--NAME=VALUE...]

Offers Onload to the containers of a node, as a device plugin of its kubelet. Devices are healthy while
the node's status says that Onload is loaded out of tree, and its device nodes are there.

  --resource=DOMAIN/NAME     what pods ask for (amd.com/onload)
  --devices=N                how many containers may have it at once, 1 to 10000 (100)
  --mode=cdi|explicit        name a CDI device, or list device nodes, mounts and environment, which
                             kubelets before 1.29 need (cdi)
  --preload=true|false       set LD_PRELOAD to Onload's library (true)
  --library-path=DIRECTORY   Onload's libraries, the same path on host and in containers
                             (/opt/onload/usr/lib64); with --mode=explicit mounted read-only
  --mount=HOST[:CONTAINER]   with --mode=explicit one more read-only mount; may be repeated
  --status=FILE              what onload-node says of the node (/run/onload-node/status.json)
  --device-root=DIRECTORY    where the host's /dev is seen (/dev)
  --kubelet-directory=DIRECTORY  where kubelet.sock is (/var/lib/kubelet/device-plugins)
  --listen=[ADDRESS]:PORT    /healthz and /metrics; port 0 takes a free one and logs it (:9110)
  --help, --version

Exit: 0 after SIGTERM or SIGINT, 64 usage, 1 anything else.
)";
}

}  // namespace onload_node::device_plugin
