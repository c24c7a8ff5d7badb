// SPDX-License-Identifier: BSD-2-Clause
// onload-device-plugin: offers Onload to the pods of a node. It parses its options, looks at the
// node, serves, registers with the kubelet, and reports changes.
#include "base/handle.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "core/model/exit_status.hpp"
#include "device_plugin/options.hpp"
#include "device_plugin/plugin.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>

namespace {

/// A descriptor that becomes readable when the process is asked to stop. Call this before threads
/// are started: they inherit the signal mask.
onload_node::UniqueFd stop_signals() {
    sigset_t signals = {};
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return onload_node::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
}

void log_to_stderr() {
    auto logger =
        std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %v");
    spdlog::set_default_logger(std::move(logger));
}

int run(const std::vector<std::string_view>& arguments) {
    using namespace onload_node::device_plugin;
    log_to_stderr();
    const auto options = parse_options(arguments);
    if (!options) {
        std::fprintf(stderr, "onload-device-plugin: %s\n", options.error().message.c_str());
        return onload_node::exit_status::usage;
    }
    if (options->help || options->version) {
        const auto text =
            options->help ? help_text()
                          : onload_node::compose("onload-device-plugin {}\n", onload_node::version);
        std::fputs(text.c_str(), stdout);
        return 0;
    }
    const auto stop = stop_signals();
    const auto ran = run_plugin(*options, stop.get());
    if (!ran) {
        spdlog::error("{}", ran.error().message);
        return onload_node::exit_status::failed;
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    // The libraries may throw when memory or threads run out. The pod is then restarted, and its
    // log says why.
    try {
        return run({arguments + 1, arguments + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "onload-device-plugin: %s\n", error.what());
        return onload_node::exit_status::failed;
    }
}
