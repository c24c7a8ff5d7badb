// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/cdi.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "core/model/paths.hpp"

namespace onload_node {

namespace {

/// Onload itself, out of tree; null when it is not loaded.
const LoadedModule* loaded_onload(const Observed& observed) {
    const auto name = ModuleName::parse(onload::module);
    const auto found = name ? observed.loaded.find(*name) : observed.loaded.end();
    return found == observed.loaded.end() || found->second.origin != Origin::out_of_tree
               ? nullptr
               : &found->second;
}

// Nothing here needs escaping: a folder of libraries is named by the digits of its version and its
// digest, all else comes from paths.hpp and onload.hpp.

std::string mount(std::string_view host, std::string_view container) {
    return compose(
        R"({"hostPath": "{}", "containerPath": "{}", "options": ["ro", "nosuid", "nodev", "rbind"]})",
        host,
        container
    );
}

/// One device of the spec, with `edits` besides the device nodes.
std::string device(std::string_view name, const Observed& observed, std::string_view edits) {
    std::string nodes;
    for (const auto& path : observed.devices) {
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

std::string spec_text(const Observed& observed) {
    const auto& libraries = observed.libraries;
    std::string text = compose(
        R"({
  "cdiVersion": "0.5.0",
  "kind": "{}",
  "devices": [
)",
        onload::cdi_kind
    );
    text += device("onload", observed, "");
    text += ",\n";
    text += device(
        "preload", observed, compose(R"("env": ["LD_PRELOAD={}"])", paths::preloaded_library)
    );
    if (libraries.command) {
        const auto command = mount(
            compose("{}{}", libraries.directory, paths::command_in_folder),
            paths::user_command_in_container
        );
        text += ",\n";
        text += device("command", observed, compose(R"("mounts": [{}])", command));
    }
    text += "\n  ],\n  \"containerEdits\": {\"mounts\": [";
    text += mount(
        compose("{}{}", libraries.directory, paths::libraries_in_folder), paths::library_directory
    );
    text += "]}\n}\n";
    return text;
}

}  // namespace

CdiOffer cdi_offer(const Observed& observed) {
    const auto& libraries = observed.libraries;
    const auto* const onload = loaded_onload(observed);
    if (onload == nullptr || observed.devices.empty()) {
        return {"", "Onload is not loaded"};
    }
    if (!libraries.present) {
        return {"", compose("there is no {}{}", libraries.directory, paths::preloaded_in_folder)};
    }
    if (!libraries.version.empty() && !onload->version.empty() &&
        libraries.version != onload->version) {
        return {
            "",
            compose(
                "the libraries below {} are of version {}, the loaded module is of version {}",
                libraries.directory,
                libraries.version,
                onload->version
            ),
            true};
    }
    if (!libraries.denied.empty()) {
        return {"", libraries.denied, true};
    }
    return {spec_text(observed), ""};
}

}  // namespace onload_node
