// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/cdi.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "core/model/paths.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// `Onload` itself, out of tree; null when it is not loaded.
const LoadedModule* loaded_onload(const Report& report) {
    const auto found = std::ranges::find_if(report.modules, [](const ReportedModule& reported) {
        return reported.module.name.str() == onload::module &&
               reported.module.origin == Origin::out_of_tree;
    });
    return found == report.modules.end() ? nullptr : &found->module;
}

// Nothing here needs escaping: all of it comes from paths.hpp and onload.hpp.

std::string mount(std::string_view host, std::string_view container) {
    return compose(
        R"({"hostPath": "{}", "containerPath": "{}", "options": ["ro", "nosuid", "nodev", "rbind"]})",
        host,
        container
    );
}

/// One device of the spec, with `edits` besides the device nodes.
std::string device(std::string_view name, const Report& report, std::string_view edits) {
    std::string nodes;
    for (const auto& path : report.devices) {
        append(nodes, ", ", compose(R"({"path": "{}"})", path));
    }
    return compose(
        R"(    {"name": "{}", "containerEdits": {"deviceNodes": [{}]{}{}}})",
        name,
        nodes,
        edits.empty() ? "" : ", ",
        edits
    );
}

std::string spec_text(const Report& report, const UserLibraries& libraries) {
    std::string text = compose(
        R"({
  "cdiVersion": "0.5.0",
  "kind": "{}",
  "devices": [
)",
        onload::cdi_kind
    );
    text += device("onload", report, "");
    text += ",\n";
    text +=
        device("preload", report, compose(R"("env": ["LD_PRELOAD={}"])", paths::preloaded_library));
    if (libraries.command) {
        const auto command = mount(paths::user_command, paths::user_command_in_container);
        text += ",\n";
        text += device("command", report, compose(R"("mounts": [{}])", command));
    }
    text += "\n  ],\n  \"containerEdits\": {\"mounts\": [";
    text += mount(paths::library_directory, paths::library_directory);
    text += "]}\n}\n";
    return text;
}

}  // namespace

Result<std::string> cdi_spec(const Report& report, const UserLibraries& libraries) {
    const auto* const onload = loaded_onload(report);
    if (onload == nullptr || report.devices.empty() || !libraries.present) {
        return std::string();
    }
    if (!libraries.version.empty() && !onload->version.empty() &&
        libraries.version != onload->version) {
        return failure(
            ErrorCode::mismatch,
            compose(
                "the libraries below {} are of version {}, the loaded module is of version {}",
                paths::user_directory,
                libraries.version,
                onload->version
            )
        );
    }
    return spec_text(report, libraries);
}

}  // namespace onload_node
