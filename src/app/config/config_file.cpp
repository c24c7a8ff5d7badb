// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"

#include "app/config/toml_reader.hpp"
#include "base/text.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace onload_node {

namespace {

void read_parameters(TomlReader& module, ModuleParameters& parameters) {
    module.each([&](std::string_view key, const toml::node& node) {
        std::string value;
        if (const auto text = node.value_exact<std::string>()) {
            value = *text;
        } else if (const auto number = node.value_exact<std::int64_t>()) {
            value = std::to_string(*number);
        } else if (const auto flag = node.value_exact<bool>()) {
            value = *flag ? "1" : "0";
        } else {
            module.complain(
                node, module.full_key(key) + " must be a text, a whole number, true or false"
            );
            return;
        }
        const bool printable =
            std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
        if (!printable) {
            module.complain(
                node, module.full_key(key) + ": the kernel takes printable ASCII without '\"' only"
            );
            return;
        }
        const auto same = [&](const auto& parameter) { return parameter.first == key; };
        const auto found = std::ranges::find_if(parameters, same);
        if (found != parameters.end()) {
            found->second = value;
        } else {
            parameters.emplace_back(key, value);
        }
    });
}

void read_driver(TomlReader& reader, DriverConfig& driver) {
    reader.text("tree", driver.tree);
    if (const auto* const node = reader.find("tree");
        node != nullptr && (driver.tree.empty() || driver.tree.front() != '/')) {
        reader.complain(
            *node, compose("driver.tree must be an absolute path, not \"{}\"", driver.tree)
        );
    }
    reader.modules("replace", driver.replace);
    reader.modules("load", driver.load);
    reader.word("activate", driver.activate);
    reader.text("pins", driver.pins);
    reader.word("signature", driver.signature);
    reader.word("vermagic", driver.vermagic);
    reader.table("parameters", [&](TomlReader& modules) {
        modules.each([&](std::string_view key, const toml::node& node) {
            const auto name = ModuleName::parse(key);
            if (!name) {
                modules.complain(node, name.error().message);
            } else {
                modules.table(key, [&](TomlReader& module) {
                    read_parameters(module, driver.parameters[*name]);
                });
            }
        });
    });
    for (const auto& name : driver.replace) {
        const auto* const node = reader.find("load");
        if (node != nullptr && !contains(driver.load, name)) {
            reader.complain(
                *node,
                compose(
                    "driver.load must name \"{}\", which driver.replace takes out: its ports would "
                    "have no driver",
                    name.str()
                )
            );
        }
    }
}

void read_port(TomlReader& reader, const ConfigPosition& position, NamesConfig& names) {
    std::string pci;
    std::string mac;
    std::string name;
    reader.table("match", [&](TomlReader& match) {
        match.text("pci", pci);
        match.text("mac", mac);
        match.check("pci", PciAddress::parse(pci));
        match.check("mac", MacAddress::parse(mac));
    });
    reader.text("name", name);
    const auto* const match_node = reader.find("match");
    if (reader.find("name") == nullptr || match_node == nullptr || pci.empty() == mac.empty()) {
        reader.complain(
            match_node != nullptr ? *match_node : *reader.self(),
            "a [[names.port]] needs name = \"...\" and match = { pci = \"...\" } or { mac = "
            "\"...\" }, one of the two"
        );
        return;
    }
    const auto parsed_name = InterfaceName::parse(name);
    reader.check("name", parsed_name);
    const auto add = [&](const auto& address) {
        if (parsed_name && address) {
            names.ports.push_back({*address, *parsed_name, position});
        }
    };
    pci.empty() ? add(MacAddress::parse(mac)) : add(PciAddress::parse(pci));
}

void read_names(TomlReader& reader, NamesConfig& names) {
    reader.word("policy", names.policy);
    reader.text("prefix", names.prefix);
    // With room for three digits: "sf" numbers up to sf999.
    auto longest = InterfaceName::parse(names.prefix + "999");
    if (longest && names.prefix.empty()) {
        longest = failure(ErrorCode::config, "it is empty");
    }
    reader.check("prefix", longest);
    reader.tables("port", [&](TomlReader& port, const ConfigPosition& position) {
        read_port(port, position, names);
    });
}

void check_unit(TomlReader& reader, std::string_view key, const std::string& unit) {
    const auto* const node = reader.find(key);
    if (node != nullptr && !unit.empty() && unit.find('.') == std::string::npos) {
        reader.complain(
            *node,
            compose(
                "{} must be a unit, like \"{}.service\", not \"{}\"",
                reader.full_key(key),
                unit,
                unit
            )
        );
    }
}

void read_time(TomlReader& reader, TimeConfig& time) {
    reader.text("daemon", time.daemon);
    reader.texts("displace", time.displace);
    reader.text("port", time.port);
    reader.word("mask", time.mask);
    reader.duration("retry", time.retry);
    check_unit(reader, "daemon", time.daemon);
    if (!time.port.empty() && !PciAddress::parse(time.port)) {
        reader.check("port", InterfaceName::parse(time.port));
    }
    for (const auto& unit : time.displace) {
        check_unit(reader, "displace", unit);
    }
}

void read_guard(TomlReader& reader, GuardConfig& guard) {
    reader.number("attempts", guard.attempts, 1, 100);
    reader.boolean("previous", guard.previous);
    reader.duration("settle", guard.settle);
    reader.duration("patience", guard.patience);
}

/// A drop-in that has a table adds to the table of an earlier file, and replaces what is none.
void read_sources_by_kernel(TomlReader& kernels, StageConfig& stage) {
    stage.sources.clear();
    if (!stage.sources_by_kernel) {
        stage.sources_by_kernel.emplace();
    }
    kernels.each([&](std::string_view key, const toml::node& node) {
        if (node.is_table()) {
            // TOML takes 5.14.0-1 = "..." for a table in a table.
            kernels.complain(
                node,
                compose(
                    "{} is a table; the name of a kernel has dots and stands in quotes",
                    kernels.full_key(key)
                )
            );
        } else if (!is_kernel_release(key)) {
            kernels.complain(
                node, compose("{}: \"{}\" is no kernel's name", kernels.full_key(key), key)
            );
        } else {
            kernels.text_or_texts(key, (*stage.sources_by_kernel)[std::string(key)]);
        }
    });
}

void read_sources(TomlReader& reader, StageConfig& stage) {
    const auto* const node = reader.find("source");
    if (node == nullptr) {
        return;
    }
    if (node->is_table()) {
        reader.table("source", [&](TomlReader& t) { read_sources_by_kernel(t, stage); });
        return;
    }
    stage.sources_by_kernel.reset();
    reader.text_or_texts("source", stage.sources);
}

void read_stage(TomlReader& reader, StageConfig& stage) {
    read_sources(reader, stage);
    reader.text("authfile", stage.authfile);
    reader.boolean("tls_verify", stage.tls_verify);
    reader.word("then", stage.then);
    reader.number("keep", stage.keep, 1, 100);
}

void read_file(TomlReader& reader, Config& config) {
    reader.table("driver", [&](TomlReader& t) { read_driver(t, config.driver); });
    reader.table("names", [&](TomlReader& t) { read_names(t, config.names); });
    reader.table("time", [&](TomlReader& t) { read_time(t, config.time); });
    reader.table("guard", [&](TomlReader& t) { read_guard(t, config.guard); });
    reader.table("stage", [&](TomlReader& t) { read_stage(t, config.stage); });
    reader.table("publish", [&](TomlReader& t) {
        t.boolean("cdi", config.publish.cdi);
        config.publish.nfd_asked_for |= t.boolean("nfd", config.publish.nfd);
    });
    reader.table("limits", [&](TomlReader& t) {
        t.duration("unload", config.limits.unload);
        t.duration("probe", config.limits.probe);
    });
    reader.finish();
}

/// Editors leave hidden files beside what they change, and links that lead nowhere. A link to
/// /dev/null masks a file, as systemd has it.
bool is_part(const std::filesystem::path& path) {
    std::error_code error;
    const auto type = std::filesystem::status(path, error).type();
    return path.extension() == ".toml" && !path.filename().string().starts_with('.') &&
           type != std::filesystem::file_type::directory &&
           type != std::filesystem::file_type::character;
}

Result<ConfigText> read_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    // Of an empty file nothing is taken, which the stream calls a failure.
    std::error_code error;
    const bool empty = std::filesystem::file_size(path, error) == 0 && !error;
    if (!stream || (!content && !empty)) {
        return failure(ErrorCode::config, path + ": cannot be read");
    }
    return ConfigText{path, content.str()};
}

}  // namespace

Result<Config> read_config(const std::vector<ConfigText>& texts) {
    Config config;
    std::vector<std::string> complaints;
    for (const auto& text : texts) {
        const auto document = toml::parse(text.content, text.path);
        if (!document) {
            const auto& error = document.error();
            complaints.push_back(compose(
                "{}: {}",
                position_in(text.path, error.source().begin).to_string(),
                error.description()
            ));
            continue;
        }
        TomlReader reader(document.table(), text.path, "", complaints);
        read_file(reader, config);
    }
    const auto contradicting = contradictions(config);
    complaints.insert(complaints.end(), contradicting.begin(), contradicting.end());
    if (complaints.empty()) {
        return config;
    }
    std::string message;
    for (const auto& complaint : complaints) {
        message += (message.empty() ? "" : "\n") + complaint;
    }
    return failure(ErrorCode::config, std::move(message));
}

Result<std::vector<ConfigText>>
config_texts(const std::string& named_file, const std::string& root) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    std::error_code error;
    if (named_file.empty()) {
        const std::string directory = root + std::string(paths::config_directory);
        const std::string main_file = root + std::string(paths::config_file);
        std::set<std::string> parts;
        for (fs::directory_iterator it(directory, error), end; !error && it != end;
             it.increment(error)) {
            if (is_part(it->path())) {
                parts.insert(it->path().string());
            }
        }
        if (fs::exists(main_file, error)) {
            files.push_back(main_file);
        }
        files.insert(files.end(), parts.begin(), parts.end());
    } else {
        files.emplace_back(named_file);
    }
    std::vector<ConfigText> texts;
    for (const auto& file : files) {
        auto text = TRY(read_text(file));
        texts.push_back(std::move(text));
    }
    return texts;
}

Result<Config> load_config(const Command& command) {
    const auto texts = TRY(config_texts(command.config, command.root.value_or("")));
    return read_config(texts);
}

Config config_or_default(const Command& command) {
    auto config = load_config(command);
    return config ? std::move(*config) : Config();
}

}  // namespace onload_node
