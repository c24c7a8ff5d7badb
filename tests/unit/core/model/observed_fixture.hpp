// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/formats/module_image.hpp"
#include "core/model/observed.hpp"
#include "core/model/paths.hpp"
#include "core/model/plan.hpp"

#include <string>

/// Fixture: nodes as they look at the moment the unit starts, for tests of the pure core.
namespace onload_node::fixture {

inline constexpr const char* kernel = "5.14.0-427.el9.x86_64";

inline ModuleName module(std::string_view name) {
    return ModuleName::parse(name).value();
}

inline PciAddress port_address(unsigned index) {
    return {0, 0x3b, 0, static_cast<std::uint8_t>(index)};
}

inline ModuleFile staged_file(const std::string& name, std::vector<ModuleName> depends) {
    ModuleFile file{
        module(name),
        Origin::out_of_tree,
        "/opt/lib/modules/" + std::string(kernel) + "/extra/" + name + ".ko",
        "sha256-of-" + name,
        "b1d0" + name,
        name == "onload" ? "8.1.2.26" : "5.3.16.1004",
        std::string(kernel) + " SMP mod_unload",
        std::move(depends),
        {},
        ""};
    file.machine = own_machine;
    return file;
}

inline ModuleFile in_tree_file(const std::string& name, std::vector<ModuleName> depends) {
    return {
        module(name),
        Origin::in_tree,
        "/lib/modules/" + std::string(kernel) + "/kernel/" + name + ".ko",
        "",
        "1ee7" + name,
        "",
        std::string(kernel) + " SMP mod_unload",
        std::move(depends),
        {},
        ""};
}

inline void put(std::map<ModuleName, ModuleFile>& modules, ModuleFile file) {
    modules.insert_or_assign(file.name, std::move(file));
}

inline NetworkFunction
port(unsigned index, const std::string& interface, const std::string& driver = "sfc") {
    NetworkFunction function;
    function.address = port_address(index);
    function.vendor = 0x1924;
    function.subsystem_vendor = 0x1924;
    function.driver = driver;
    function.id_path = "pci-" + function.address.to_string();
    if (!interface.empty()) {
        const MacAddress mac{{0x00, 0x0f, 0x53, 0, 0, static_cast<std::uint8_t>(index)}};
        function.interfaces.push_back({interface, mac, mac, false, true, ""});
    }
    return function;
}

inline LoadedModule loaded_module(const ModuleFile& file, std::vector<ModuleName> holders = {}) {
    const int users = static_cast<int>(holders.size());
    return {file.name, file.origin, file.version, file.build_id, std::move(holders), users, true};
}

/// Two ports on the in-tree driver, everything staged, chronyd about to start: the usual boot.
inline Observed booting_node() {
    Observed node;
    node.kernel = kernel;
    node.vermagic = std::string(kernel) + " SMP mod_unload";
    node.boot_id = "boot-1";
    node.privileged = true;
    node.functions = {port(0, "ens8f0"), port(1, "ens8f1")};
    node.other_interfaces = {"lo", "eno1"};

    put(node.in_tree, in_tree_file("mtd", {}));
    put(node.in_tree, in_tree_file("mdio", {}));
    put(node.in_tree, in_tree_file("sfc", {module("mdio"), module("mtd")}));
    node.loaded.emplace(
        module("mtd"), loaded_module(node.in_tree.at(module("mtd")), {module("sfc")})
    );
    node.loaded.emplace(module("sfc"), loaded_module(node.in_tree.at(module("sfc"))));

    node.staged.directory = "/opt/lib/modules/" + std::string(kernel);
    node.staged.present = true;
    node.staged.kernels = {kernel};
    put(node.staged.modules, staged_file("sfc", {module("mdio"), module("mtd")}));
    put(node.staged.modules, staged_file("sfc_resource", {module("sfc")}));
    put(node.staged.modules, staged_file("sfc_char", {module("sfc_resource")}));
    put(node.staged.modules, staged_file("onload", {module("sfc_char"), module("sfc_resource")}));

    node.kernel_settings = {
        {"kernel.panic", "0"},
        {"kernel.panic_on_oops", "0"},
        {"kernel.hung_task_timeout_secs", "120"},
        {"kernel.hung_task_panic", "0"}};

    node.units["chronyd.service"] = {"chronyd.service", "loaded", "inactive", "enabled", true};
    node.units["chrony-wait.service"] = {"chrony-wait.service", "not-found", "inactive", "", false};
    node.units["sfptpd.service"] = {"sfptpd.service", "loaded", "inactive", "static", false};
    node.units["chronyd.service"].heeds_marker = true;
    node.units["chrony-wait.service"].heeds_marker = true;
    return node;
}

/// The second port of a node is dead: the in-tree driver is there and has refused it.
inline void kill_second_port(Observed& node) {
    node.functions[1] = port(1, "", "");
    for (auto& function : node.functions) {
        function.modalias = "pci:v00001924";
    }
    for (auto* const modules : {&node.in_tree, &node.staged.modules}) {
        modules->at(module("sfc")).aliases = {"pci:v00001924"};
    }
}

/// The node with the file that a step writes, where it is one that a later look finds among the
/// generated files. The autoload rule does not count: the swap that writes it also removes it.
inline void put_file(Observed& node, const Step& step) {
    if (const auto* const link = std::get_if<WriteLinkFile>(&step)) {
        node.generated_files[link->path] = link->content;
    } else if (std::holds_alternative<WriteTimeMarker>(step)) {
        node.generated_files[std::string(paths::time_marker)] = "the time marker";
    }
}

inline const Phase* find_phase(const Plan& plan, PhaseName name) {
    for (const auto& phase : plan.phases) {
        if (phase.name == name) {
            return &phase;
        }
    }
    return nullptr;
}

/// The phase would not outlive the plan.
const Phase* find_phase(Plan&& plan, PhaseName name) = delete;

/// The keys of all steps of a phase, joined by "; ".
inline std::string steps_of(const Plan& plan, PhaseName name) {
    std::string text;
    if (const Phase* const phase = find_phase(plan, name)) {
        for (const auto& planned : phase->steps) {
            text += (text.empty() ? "" : "; ") + key(planned.step);
        }
    }
    return text;
}

}  // namespace onload_node::fixture
