// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/options.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "device_plugin/resource_name.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <type_traits>

#include <sys/un.h>

namespace onload_node::device_plugin {

namespace {

/// The kubelet gets and keeps the whole list with every change, and no node has more containers.
constexpr unsigned most_devices = 10'000;

/// What fits into an address of a socket beside the NUL that ends it (unix(7)).
constexpr std::size_t longest_socket = sizeof(sockaddr_un::sun_path) - 1;

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
    if (const auto complaint = resource_name_complaint(value); !complaint.empty()) {
        return wrong(name, value, complaint);
    }
    options.resource = value;
    return {};
}

Result<void> take_devices(Options& options, std::string_view name, std::string_view value) {
    return number(name, value, 1, most_devices).map([&](unsigned count) {
        options.devices = count;
    });
}

/// One of a closed set of words.
template <auto Member>
Result<void> take_word(Options& options, std::string_view name, std::string_view value) {
    using Enum = std::remove_reference_t<decltype(options.*Member)>;
    const auto found = from_word<Enum>(value);
    if (!found) {
        return wrong(name, value, "wants " + joined(words<Enum>, " or "));
    }
    options.*Member = *found;
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
    {"source", take_word<&Options::source>},
    {"mode", take_word<&Options::mode>},
    {"topology", take_word<&Options::topology>},
    {"preload", take_preload},
    {"library-path", take_path<&Options::libraries_path>},
    {"mount", take_mount},
    {"status", take_path<&Options::status>},
    {"cdi-spec", take_path<&Options::cdi_spec>},
    {"control-plane-server", take_path<&Options::control_plane_server>},
    {"device-root", take_path<&Options::device_root>},
    {"kernel-root", take_path<&Options::kernel_root>},
    {"kubelet-directory", take_path<&Options::kubelet_directory>},
    {"listen", take_listen},
};

Result<void> take(Options& options, std::string_view name, std::string_view value) {
    const auto* const found = std::ranges::find(known_options, name, &Option::name);
    return found != std::end(known_options)
               ? found->take(options, name, value)
               : failure(ErrorCode::usage, compose("no option --{} (--help lists them)", name));
}

/// What holds for several options together.
Result<void> take_together(Options& options, bool mode_given) {
    if (options.source == Source::modules && !mode_given) {
        options.mode = Mode::explicitly;
    }
    if (options.source == Source::modules && options.mode == Mode::cdi) {
        return failure(
            ErrorCode::usage,
            "--mode=cdi with --source=modules: the CDI spec is onload-node's, and without it "
            "nobody "
            "writes one; --mode=explicit does without (--help lists the options)"
        );
    }
    if (plugin_socket(options).size() > longest_socket) {
        return failure(
            ErrorCode::usage,
            compose(
                "{}: the path of a socket has at most {} characters; shorten --resource or "
                "--kubelet-directory (--help lists the options)",
                plugin_socket(options),
                std::to_string(longest_socket)
            )
        );
    }
    return {};
}

}  // namespace

std::string socket_name(const Options& options) {
    auto name = options.resource;
    std::ranges::replace(name, '/', '-');
    return name + ".sock";
}

std::string plugin_socket(const Options& options) {
    return compose("{}/{}", options.kubelet_directory, socket_name(options));
}

Result<Options> parse_options(const std::vector<std::string_view>& arguments) {
    Options options;
    bool mode_given = false;
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
        const auto name = argument.substr(2, equals - 2);
        TRY(take(options, name, argument.substr(equals + 1)));
        mode_given = mode_given || name == "mode";
    }
    TRY(take_together(options, mode_given));
    return options;
}

std::string help_text() {
    return R"(usage: onload-device-plugin [--NAME=VALUE...]

Offers Onload to the containers of a node, as a device plugin of its kubelet. Devices are healthy while a
container that is started with one is accelerated: Onload is loaded, its device nodes are there, and so are
its libraries, of the same version. /healthz and the log say why they are not.

  --resource=DOMAIN/NAME     what pods ask for (amd.com/onload)
  --devices=N                how many containers may have it at once, 1 to 10000 (100)
  --source=status|modules    who says that Onload is loaded: onload-node's status or, on nodes without
                             onload-node, the kernel (status)
  --mode=cdi|explicit        name a CDI device, or list device nodes, mounts and environment, which
                             kubelets before 1.29 and --source=modules need (cdi; with modules: explicit)
  --topology=off|nodes       name the NUMA nodes that have a port for every device, or none (off)
  --preload=true|false       set LD_PRELOAD to Onload's library (true)
  --library-path=DIRECTORY   Onload's libraries, the same path on host and in containers
                             (/opt/onload/usr/lib64); with --mode=explicit mounted read-only
  --mount=HOST[:CONTAINER]   with --mode=explicit one more read-only mount; may be repeated
  --status=FILE              what onload-node says of the node (/run/onload-node/public/status.json)
  --cdi-spec=FILE            the CDI spec that onload-node writes (/run/cdi/amd.com-onload.json)
  --control-plane-server=FILE  with --source=modules: what Onload's cplane_server_path has to be, and has
                             to be there; not looked at without this option
  --device-root=DIRECTORY    where the host's /dev is seen (/dev)
  --kernel-root=DIRECTORY    where /proc and /sys are seen (/)
  --kubelet-directory=DIRECTORY  where kubelet.sock is (/var/lib/kubelet/device-plugins)
  --listen=[ADDRESS]:PORT    /healthz and /metrics; port 0 takes a free one and logs it (:9110)
  --help, --version

Exit: 0 after SIGTERM or SIGINT, 64 usage, 1 anything else.
)";
}

}  // namespace onload_node::device_plugin
