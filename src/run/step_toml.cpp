// SPDX-License-Identifier: BSD-2-Clause
#include "run/step_toml.hpp"

#include <array>
#include <optional>

namespace onload_node {

namespace {

toml::array parameters_to_toml(const ModuleParameters& parameters) {
    toml::array list;
    for (const auto& [name, value] : parameters) {
        list.push_back(toml::array{name, value});
    }
    return list;
}

toml::array ports_to_toml(const std::vector<PortExpectation>& ports) {
    toml::array list;
    for (const auto& port : ports) {
        list.push_back(toml::array{port.address.to_string(), port.name});
    }
    return list;
}

toml::array addresses_to_toml(const std::vector<PciAddress>& functions) {
    toml::array list;
    for (const auto& function : functions) {
        list.push_back(function.to_string());
    }
    return list;
}

toml::array modules_to_toml(const std::vector<ModuleName>& modules) {
    toml::array list;
    for (const auto& module : modules) {
        list.push_back(module.str());
    }
    return list;
}

// What a step holds, key by key. The last two are no step's inverse: they never stand in the log.

void fill(toml::table& table, const WriteFile& s) {
    table.insert("path", s.path);
    table.insert("content", s.content);
}

void fill(toml::table& table, const RemoveFile& s) {
    table.insert("path", s.path);
}

void fill(toml::table& /*table*/, const ReloadUdev& /*s*/) {}

void fill(toml::table& table, const TriggerInterfaces& s) {
    table.insert("address", s.address.to_string());
}

void fill(toml::table& table, const UnloadModule& s) {
    table.insert("module", s.name.str());
    table.insert("tolerate-use", s.tolerate_use);
}

void fill(toml::table& table, const LoadModule& s) {
    table.insert("module", s.name.str());
    table.insert("out-of-tree", s.origin == Origin::out_of_tree);
    table.insert("path", s.path);
    table.insert("sha256", s.sha256);
    table.insert("build-id", s.build_id);
    table.insert("parameters", parameters_to_toml(s.parameters));
}

void fill(toml::table& table, const AwaitPorts& s) {
    table.insert("ports", ports_to_toml(s.ports));
}

void fill(toml::table& table, const DisarmGuard& s) {
    table.insert("boot-id", s.boot_id);
}

void fill(toml::table& table, const SetKernelSetting& s) {
    table.insert("name", s.name);
    table.insert("value", s.value);
    table.insert("only-over", s.only_over);
}

void fill(toml::table& table, const ReleaseFunctions& s) {
    table.insert("functions", addresses_to_toml(s.functions));
}

void fill(toml::table& table, const BindFunctions& s) {
    table.insert("functions", addresses_to_toml(s.functions));
    table.insert("modules", modules_to_toml(s.modules));
}

void fill(toml::table& table, const MaskUnit& s) {
    table.insert("unit", s.id);
}

void fill(toml::table& table, const UnmaskUnit& s) {
    table.insert("unit", s.id);
}

void fill(toml::table& table, const StopUnit& s) {
    table.insert("unit", s.id);
}

void fill(toml::table& table, const StartUnit& s) {
    table.insert("unit", s.id);
}

void fill(toml::table& /*table*/, const ArmGuard& /*s*/) {}

void fill(toml::table& /*table*/, const HoldFunctions& /*s*/) {}

/// Reads the keys of one table; the first one that is missing or of another type is remembered as
/// the error.
class Reader {
public:
    explicit Reader(const toml::table& table) : table_(table) {}

    std::string text(std::string_view key) {
        const auto value = table_[key].value<std::string>();
        return value ? *value : note(key, std::string());
    }

    bool boolean(std::string_view key) {
        const auto value = table_[key].value<bool>();
        return value ? *value : note(key, false);
    }

    std::optional<ModuleName> module() {
        auto name = ModuleName::parse(text("module"));
        return name ? std::optional(std::move(*name)) : note("module", std::optional<ModuleName>());
    }

    PciAddress address(std::string_view text) {
        const auto parsed = PciAddress::parse(text);
        return parsed ? *parsed : note("address", PciAddress{});
    }

    /// Calls `use(first, second)` for each pair of the list of pairs at `key`.
    template <typename Use>
    void pairs(std::string_view key, Use use) {
        const toml::array* const list = table_[key].as_array();
        if (list == nullptr) {
            note(key, 0);
            return;
        }
        for (const auto& item : *list) {
            const toml::array* const pair = item.as_array();
            if (pair == nullptr || pair->size() != 2) {
                note(key, 0);
                return;
            }
            use((*pair)[0].value_or(std::string()), (*pair)[1].value_or(std::string()));
        }
    }

    std::vector<PciAddress> addresses(std::string_view key) {
        std::vector<PciAddress> list;
        each(key, [&](const std::string& text) { list.push_back(address(text)); });
        return list;
    }

    std::vector<ModuleName> modules(std::string_view key) {
        std::vector<ModuleName> list;
        each(key, [&](const std::string& text) {
            if (auto name = ModuleName::parse(text)) {
                list.push_back(std::move(*name));
            } else {
                note(key, 0);
            }
        });
        return list;
    }

    [[nodiscard]] const std::string& wrong_key() const { return wrong_key_; }

private:
    /// Calls `use(text)` for each text of the list at `key`.
    template <typename Use>
    void each(std::string_view key, Use use) {
        const toml::array* const texts = table_[key].as_array();
        if (texts == nullptr) {
            note(key, 0);
            return;
        }
        for (const auto& item : *texts) {
            use(item.value_or(std::string()));
        }
    }

    template <typename T>
    T note(std::string_view key, T fallback) {
        if (wrong_key_.empty()) {
            wrong_key_ = key;
        }
        return fallback;
    }

    const toml::table& table_;
    std::string wrong_key_;
};

using MaybeStep = std::optional<Step>;

MaybeStep read_load(Reader& reader) {
    const auto name = reader.module();
    if (!name) {
        return std::nullopt;
    }
    LoadModule step{
        *name,
        Origin::in_tree,
        reader.text("path"),
        reader.text("sha256"),
        reader.text("build-id"),
        {}};
    step.origin = reader.boolean("out-of-tree") ? Origin::out_of_tree : Origin::in_tree;
    reader.pairs("parameters", [&](std::string key, std::string value) {
        step.parameters.emplace_back(std::move(key), std::move(value));
    });
    return step;
}

MaybeStep read_unload(Reader& reader) {
    const auto name = reader.module();
    return name ? MaybeStep(UnloadModule{*name, reader.boolean("tolerate-use")}) : std::nullopt;
}

MaybeStep read_await(Reader& reader) {
    AwaitPorts step;
    reader.pairs("ports", [&](const std::string& address, std::string name) {
        step.ports.push_back({reader.address(address), std::move(name)});
    });
    return step;
}

template <typename UnitStep>
MaybeStep read_unit_step(Reader& reader) {
    return UnitStep{reader.text("unit")};
}

/// One alternative of Step: its name in the log, and how it is read from there.
struct Kind {
    std::string_view name;
    MaybeStep (*read)(Reader& reader);  ///< null for what never stands in the log
};

/// In the order of the variant.
constexpr std::array<Kind, std::variant_size_v<Step>> kinds = {{
    {"write-file",
     [](Reader& r) -> MaybeStep {
         return WriteFile{r.text("path"), r.text("content")};
     }},
    {"remove-file", [](Reader& r) -> MaybeStep { return RemoveFile{r.text("path")}; }},
    {"reload-udev", [](Reader&) -> MaybeStep { return ReloadUdev{}; }},
    {"trigger-interfaces",
     [](Reader& r) -> MaybeStep { return TriggerInterfaces{r.address(r.text("address"))}; }},
    {"unload-module", read_unload},
    {"load-module", read_load},
    {"await-ports", read_await},
    {"arm-guard", nullptr},
    {"disarm-guard", [](Reader& r) -> MaybeStep { return DisarmGuard{r.text("boot-id")}; }},
    {"set-kernel-setting",
     [](Reader& r) -> MaybeStep {
         return SetKernelSetting{r.text("name"), r.text("value"), r.text("only-over")};
     }},
    {"hold-functions", nullptr},
    {"release-functions",
     [](Reader& r) -> MaybeStep { return ReleaseFunctions{r.addresses("functions")}; }},
    {"bind-functions",
     [](Reader& r) -> MaybeStep {
         return BindFunctions{r.addresses("functions"), r.modules("modules")};
     }},
    {"mask-unit", read_unit_step<MaskUnit>},
    {"unmask-unit", read_unit_step<UnmaskUnit>},
    {"stop-unit", read_unit_step<StopUnit>},
    {"start-unit", read_unit_step<StartUnit>},
}};

MaybeStep read_step(Reader& reader, std::string_view name) {
    for (const auto& kind : kinds) {
        if (kind.name == name && kind.read != nullptr) {
            return kind.read(reader);
        }
    }
    return std::nullopt;
}

}  // namespace

toml::table to_toml(const Step& step) {
    toml::table table;
    table.insert("kind", kinds[step.index()].name);
    std::visit([&](const auto& s) { fill(table, s); }, step);
    return table;
}

Result<Step> step_from_toml(const toml::table& table) {
    const auto kind = table["kind"].value_or(std::string());
    Reader reader(table);
    auto step = read_step(reader, kind);
    if (!reader.wrong_key().empty()) {
        return failure(
            ErrorCode::mismatch,
            "step \"" + kind + "\": key \"" + reader.wrong_key() + "\" is missing or wrong"
        );
    }
    if (!step) {
        return failure(ErrorCode::mismatch, "there is no kind of step \"" + kind + "\"");
    }
    return std::move(*step);
}

}  // namespace onload_node
