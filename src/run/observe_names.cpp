// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/identifiers.hpp"
#include "core/model/paths.hpp"
#include "core/naming/port_names.hpp"
#include "run/observe_parts.hpp"

#include <map>

namespace onload_node {

namespace {

/// The first rules file that gives this name.
std::string rules_file_for(const std::string& name, const Files& files) {
    for (const auto directory : paths::udev_rule_directories) {
        for (const auto& file : files.list(directory)) {
            std::string path = compose("{}/{}", directory, file);
            // As udev: a hidden file is none of its rules.
            const bool rules = path.ends_with(".rules") && !file.starts_with('.');
            const auto text = rules ? files.read(path) : std::string();
            if (text && rules_give_name(*text, name)) {
                return path;
            }
        }
    }
    return "";
}

/// The file with its drop-ins behind it, in the order in which systemd reads them.
Result<std::string> with_drop_ins(const std::string& path, const Files& files) {
    auto text = TRY(files.read(path));
    std::map<std::string, std::string> drop_ins;
    for (const auto directory : paths::link_file_directories) {
        const auto folder = compose("{}/{}.d", directory, file_name(path));
        for (const auto& file : files.list(folder)) {
            if (file.ends_with(".conf") && !file.starts_with('.')) {
                drop_ins[file] = compose("{}/{}", folder, file);
            }
        }
    }
    for (const auto& [file, drop_in] : drop_ins) {
        text += "\n" + files.read(drop_in).value_or("");
    }
    return text;
}

/// True if the name comes neither from a .link file nor from udev itself. (For other .link files
/// ID_NET_NAME is of no use: systemd's own file keeps the name of an interface that was renamed.)
bool named_otherwise(const Interface& interface) {
    const auto& usual = interface.predictable;
    const bool explained = is_our_link_file(interface.link_file)
                               ? interface.name == interface.link_name
                               : interface.name == interface.link_gives;
    return !explained && !contains(usual, interface.name) &&
           InterfaceName::parse(interface.name).has_value();
}

/// Finds out what else names the port. Searches the rules only if nothing else explains the name.
void observe_namers(Interface& interface, const Files& files) {
    if (!interface.initialised) {
        return;
    }
    if (!interface.link_file.empty() && !is_our_link_file(interface.link_file)) {
        const auto text = with_drop_ins(interface.link_file, files);
        interface.link_gives = text ? name_in_link_file(*text) : "";
        // What udev has decided shows whether the file's policy found a name.
        if (interface.link_gives != interface.name && text && has_name_policy(*text)) {
            interface.link_gives.clear();
        }
    }
    if (named_otherwise(interface)) {
        interface.rule = rules_file_for(interface.name, files);
    }
}

}  // namespace

void observe_other_namers(Observed& observed, const Files& files) {
    for (auto& function : observed.functions) {
        for (auto& interface : function.interfaces) {
            observe_namers(interface, files);
        }
    }
}

}  // namespace onload_node
