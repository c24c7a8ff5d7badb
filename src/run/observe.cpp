// SPDX-License-Identifier: BSD-2-Clause
#include "run/observe.hpp"

#include "base/text.hpp"
#include "core/formats/kernel_arguments.hpp"
#include "core/formats/routes.hpp"
#include "core/formats/sfptpd_config.hpp"
#include "core/model/onload.hpp"
#include "core/model/paths.hpp"
#include "core/modules/load_order.hpp"
#include "run/guard.hpp"
#include "run/machine_record.hpp"
#include "run/observe_parts.hpp"
#include "run/previous_set.hpp"
#include "run/records.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// Reads from the trees only the modules to load, their dependencies, and those for the way back.
class ModuleReader {
public:
    ModuleReader(const ModuleTree& staged, const ModuleTree& own, Observed& observed)
        : staged_(staged), own_(own), observed_(observed) {}

    void read_for_load(const ModuleName& name) {
        if (observed_.staged.modules.contains(name)) {
            return;
        }
        const auto path = staged_.find(name);
        if (!path) {
            read_in_tree(name);
            return;
        }
        const auto& file =
            observed_.staged.modules.emplace(name, staged_.read(name, *path, Origin::out_of_tree))
                .first->second;
        for (const auto& dependency : file.depends) {
            read_for_load(dependency);
        }
    }

    void read_in_tree(const ModuleName& name) {
        if (observed_.in_tree.contains(name) || observed_.builtin.contains(name)) {
            return;
        }
        if (own_.builtin(name)) {
            observed_.builtin.insert(name);
            return;
        }
        const auto path = own_.find(name);
        if (!path) {
            return;
        }
        const auto& file =
            observed_.in_tree.emplace(name, own_.read(name, *path, Origin::in_tree)).first->second;
        if (observed_.vermagic.empty()) {
            observed_.vermagic = file.vermagic;
        }
        for (const auto& dependency : file.depends) {
            read_in_tree(dependency);
        }
    }

private:
    const ModuleTree& staged_;
    const ModuleTree& own_;
    Observed& observed_;
};

void observe_index(
    Observed& observed, const Config& config, const Sensors& sensors, const ModuleTree& staged
) {
    observed.staged.directory = staged.directory();
    observed.staged.present = staged.present();
    observed.staged.kernels = sensors.trees.kernels(config.driver.tree);
}

/// Reads the modules themselves and what they must fit.
void observe_trees(
    Observed& observed,
    const Config& config,
    const Sensors& sensors,
    const ModuleTree& staged,
    const ModuleTree& own
) {
    ModuleReader reader(staged, own, observed);
    for (const auto& name : config.driver.replace) {
        reader.read_in_tree(name);
    }
    if (staged.present()) {
        for (const auto& name : config.driver.load) {
            reader.read_for_load(name);
        }
    }
    observe_demands(observed, config, sensors);
}

/// True for a Solarflare function: by its subsystem vendor, or because one of the drivers claims
/// it.
bool is_ours(
    const NetworkFunction& found,
    const Config& config,
    const ModuleTree& staged,
    const ModuleTree& own
) {
    if (found.subsystem_vendor == onload::solarflare_vendor) {
        return true;
    }
    const auto claims = [&](const ModuleTree& tree) {
        const auto claiming = tree.claiming(found.modalias);
        return std::ranges::any_of(claiming, [&](const ModuleName& name) {
            return contains(config.driver.replace, name) || contains(config.driver.load, name);
        });
    };
    return claims(own) || claims(staged);
}

/// The names that other interfaces have taken.
void observe_other_interfaces(
    Observed& observed, const std::set<std::string>& ours, const DiscoveredHardware& hardware
) {
    observed.other_interfaces.clear();
    for (const auto& name : hardware.interfaces) {
        if (!ours.contains(name)) {
            observed.other_interfaces.insert(name);
        }
    }
    // To the kernel an alternative name is as taken as any other.
    for (const auto& [name, also] : hardware.alternative_names) {
        if (!ours.contains(name)) {
            observed.other_interfaces.insert(also);
        }
    }
}

Result<void> observe_hardware(
    Observed& observed,
    const Config& config,
    const Sensors& sensors,
    const ModuleTree& staged,
    const ModuleTree& own
) {
    auto hardware = TRY(sensors.hardware.look());
    observed.functions.clear();
    std::set<std::string> our_interfaces;
    for (auto& function : hardware.functions) {
        if (is_ours(function, config, staged, own)) {
            for (const auto& interface : function.interfaces) {
                our_interfaces.insert(interface.name);
            }
            function.model = sensors.hardware.model(function);
            observed.functions.push_back(std::move(function));
        }
    }
    observe_other_interfaces(observed, our_interfaces, hardware);
    return {};
}

void observe_loaded(Observed& observed, const Config& config, const Sensors& sensors) {
    observed.loaded.clear();
    std::vector<ModuleName> pending = config.driver.load;
    pending.insert(pending.end(), config.driver.replace.begin(), config.driver.replace.end());
    for (const auto& [name, file] : observed.staged.modules) {
        pending.push_back(name);
    }
    for (const auto& [name, file] : observed.in_tree) {
        pending.push_back(name);
    }
    while (!pending.empty()) {
        const ModuleName name = pending.back();
        pending.pop_back();
        if (observed.loaded.contains(name)) {
            continue;
        }
        if (auto module = sensors.modules.loaded(name)) {
            pending.insert(pending.end(), module->holders.begin(), module->holders.end());
            observed.loaded.emplace(name, std::move(*module));
        }
    }
    observed.load_records = read_load_records(sensors.files);
}

/// True if a port looks as if the in-tree driver had refused it.
bool any_refused(const Observed& observed) {
    return std::ranges::any_of(observed.functions, [&](const NetworkFunction& function) {
        return refused_by_in_tree_driver(function, observed);
    });
}

/// In-tree users of a replaced driver are unloaded before it and must be able to come back.
void observe_holders(Observed& observed, const Config& config, ModuleReader reader) {
    for (const auto& name : unload_order(config.driver.replace, observed)) {
        if (observed.loaded.at(name).origin == Origin::in_tree) {
            reader.read_in_tree(name);
        }
    }
}

void observe_files(Observed& observed, const Sensors& sensors) {
    observed.generated_files.clear();
    std::vector<std::string> paths = {
        std::string(paths::autoload_rules), std::string(paths::time_marker)};
    for (const auto& name : sensors.files.list(paths::link_directory)) {
        if (name.compare(0, paths::link_file_prefix.size(), paths::link_file_prefix) == 0) {
            paths.push_back(compose("{}/{}", paths::link_directory, name));
        }
    }
    for (const auto& path : paths) {
        if (auto content = sensors.files.read(path)) {
            observed.generated_files.emplace(path, std::move(*content));
        }
    }
    observed.sfptpd.reset();
    if (const auto text = sensors.files.read(paths::sfptpd_config)) {
        observed.sfptpd = parse_sfptpd_config(*text);
    }
    read_clock_fallback(observed, sensors.files);
    if (const auto& fallback = observed.clock_fallback) {
        observed.clock_since = sensors.host.utc(fallback->since);
        observed.clock_next = sensors.host.utc(fallback->next);
    }
    observed.devices.clear();
    for (const auto device : paths::onload_devices) {
        if (sensors.files.exists(device)) {
            observed.devices.emplace_back(device);
        }
    }
}

/// The settings that the swap changes for as long as it lasts.
void observe_kernel_settings(Observed& observed, const Config& config, const Sensors& sensors) {
    observed.kernel_settings.clear();
    for (const auto& [name, value] : window_settings(config.limits)) {
        std::string path = name;
        std::replace(path.begin(), path.end(), '.', '/');
        if (const auto text = sensors.files.read(compose("{}/{}", paths::proc_sys, path))) {
            observed.kernel_settings.emplace(name, text->substr(0, text->find('\n')));
        }
    }
}

/// Without its control plane server the onload module accelerates nothing and does not say so.
void observe_control_plane(Observed& observed, const Config& config, const Sensors& sensors) {
    observed.control_plane_problem.clear();
    const auto path = control_plane_server(config);
    if (!path || sensors.files.executable(*path)) {
        return;
    }
    observed.control_plane_problem = compose(
        "{} {}, and without its control plane server Onload accelerates nothing; stage it there or "
        "change driver.parameters.onload.cplane_server_path",
        *path,
        sensors.files.exists(*path) ? "cannot be executed" : "is not there"
    );
}

void observe_arguments(Observed& observed, const HostFacts& facts) {
    const auto argument = boot_switch_from(facts.command_line);
    observed.boot_switch = argument.value;
    observed.misspelt_switch = argument.misspelt;
    observed.named_by_argument = ifname_arguments(facts.command_line);
    observed.blacklisted = blacklisted_modules(facts.command_line);
}

Result<void> observe_host(Observed& observed, const Sensors& sensors) {
    const auto facts = TRY(sensors.host.facts());
    observed.kernel = facts.kernel;
    observed.boot_id = facts.boot_id;
    observed.privileged = facts.privileged;
    observed.uptime = facts.uptime;
    observe_arguments(observed, facts);
    const auto disabled = sensors.files.read(paths::modules_disabled);
    observed.modules_disabled = disabled && disabled->starts_with('1');
    return {};
}

}  // namespace

Result<void> look(Observed& observed, const Config& config, const Sensors& sensors) {
    const bool first = observed.staged.directory.empty();
    if (first) {
        TRY(observe_host(observed, sensors));
    }
    const auto staged = sensors.trees.open(config.driver.tree, observed.kernel);
    const auto own = sensors.trees.open("", observed.kernel);
    TRY(observe_hardware(observed, config, sensors, *staged, *own));
    if (first) {
        observe_index(observed, config, sensors, *staged);
        if (!observed.functions.empty() || config.driver.activate == Activate::always) {
            observe_trees(observed, config, sensors, *staged, *own);
        }
    }
    observe_loaded(observed, config, sensors);
    // A boot goes on while it is looked at: the driver may have come to its ports after the look at
    // them. It has refused only those that it does not have by now.
    if (any_refused(observed)) {
        TRY(observe_hardware(observed, config, sensors, *staged, *own));
    }
    observe_holders(observed, config, {*staged, *own, observed});
    observe_users(observed, sensors);
    observe_storage(observed, sensors);
    observe_units(observed, config, sensors);
    observe_files(observed, sensors);
    observe_other_namers(observed, sensors.files);
    observe_kernel_settings(observed, config, sensors);
    read_guard(observed, sensors.files);
    read_name_record(observed, sensors.files);
    observe_owner(observed, sensors.files);
    read_sets(observed, sensors.files);
    observe_control_plane(observed, config, sensors);
    observe_libraries(observed, sensors);
    return {};
}

Result<void> observe_links(Observed& observed, const Sensors& sensors) {
    constexpr std::string_view upper = "upper_";
    observed.links = TRY(sensors.hardware.links());
    const auto four = sensors.files.read(paths::routes).value_or("");
    const auto six = sensors.files.read(paths::routes_6).value_or("");
    const auto routed = default_routes(four);
    const auto routed_6 = default_routes_6(six);
    for (auto& link : observed.links) {
        link.default_route = contains(routed, link.name) || contains(routed_6, link.name);
        link.bare = true;
        for (const auto& entry : sensors.files.list(compose("{}/{}", paths::sys_net, link.name))) {
            if (entry.starts_with(upper)) {
                link.uppers.push_back(entry.substr(upper.size()));
            }
            link.bare = link.bare && entry != "device" && !entry.starts_with("lower_");
        }
    }
    const auto facts = TRY(sensors.host.facts());
    observed.uptime = facts.uptime;
    return {};
}

Result<void> look_at_clock(Observed& observed, const Config& config, const Sensors& sensors) {
    TRY(observe_host(observed, sensors));
    const auto staged = sensors.trees.open(config.driver.tree, observed.kernel);
    const auto own = sensors.trees.open("", observed.kernel);
    TRY(observe_hardware(observed, config, sensors, *staged, *own));
    observe_units(observed, config, sensors);
    observe_files(observed, sensors);
    return observe_links(observed, sensors);
}

Result<void> look_for_verify(
    Observed& observed, const Config& config, const Sensors& sensors, const VerifyTarget& target
) {
    observed.kernel = target.kernel;
    observed.scope = target.scope;
    const auto staged = sensors.trees.open(config.driver.tree, target.kernel);
    const auto own = sensors.trees.open("", target.kernel);
    if (target.scope != Scope::other_root) {
        TRY(observe_hardware(observed, config, sensors, *staged, *own));
    }
    observe_index(observed, config, sensors, *staged);
    observe_trees(observed, config, sensors, *staged, *own);
    if (target.scope == Scope::running) {
        TRY(observe_host(observed, sensors));
        observe_loaded(observed, config, sensors);
        observe_holders(observed, config, {*staged, *own, observed});
        observe_users(observed, sensors);
        observe_storage(observed, sensors);
    }
    return {};
}

std::optional<std::string> control_plane_server(const Config& config) {
    for (const auto& [name, parameters] : config.driver.parameters) {
        if (name.str() != onload::module || !contains(config.driver.load, name)) {
            continue;
        }
        for (const auto& [parameter, path] : parameters) {
            if (parameter == onload::control_plane_parameter) {
                return path;
            }
        }
    }
    return std::nullopt;
}

Result<void> look_for_next_boot(Observed& observed, const Config& config, const Sensors& sensors) {
    if (observed.scope != Scope::other_root) {
        const auto facts = TRY(sensors.host.facts());
        observed.boot_id = facts.boot_id;
        observe_arguments(observed, facts);
    }
    read_guard(observed, sensors.files);
    observe_owner(observed, sensors.files);
    read_sets(observed, sensors.files);
    observe_control_plane(observed, config, sensors);
    return {};
}

}  // namespace onload_node
