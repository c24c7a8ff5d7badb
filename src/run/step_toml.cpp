// SPDX-License-Identifier: BSD-2-Clause
#include "run/step_toml.hpp"

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "run/toml_form.hpp"

#include <tuple>
#include <type_traits>

namespace onload_node {

namespace {

template <typename S, typename T>
struct Field {
    std::string_view key;
    T S::*member;
};

template <typename S, typename T>
Field(std::string_view, T S::*) -> Field<S, T>;

/// A step that may stand in the log: its kind there, and its fields in the order of
/// the struct.
template <typename S, typename... Ts>
struct Logged {
    using Of = S;
    std::string_view kind;
    std::tuple<Field<S, Ts>...> fields;
};

template <typename S, typename... Ts>
constexpr Logged<S, Ts...> logged(std::string_view kind, Field<S, Ts>... fields) {
    return {kind, {fields...}};
}

/// A step that is the inverse of no other: it never stands in the log, and is refused there.
template <typename S>
struct NeverLogged {
    using Of = S;
};

constexpr std::tuple kinds = {
    logged<WriteLinkFile>(
        "write-link-file",
        Field{"path", &WriteLinkFile::path},
        Field{"content", &WriteLinkFile::content}
    ),
    logged<RemoveLinkFile>("remove-link-file", Field{"path", &RemoveLinkFile::path}),
    NeverLogged<RememberNames>{},
    NeverLogged<BlockAutoload>{},
    logged<UnblockAutoload>("unblock-autoload"),
    NeverLogged<WriteTimeMarker>{},
    logged<RemoveTimeMarker>("remove-time-marker"),
    logged<ReloadUdev>("reload-udev"),
    NeverLogged<TriggerInterfaces>{},
    logged<UnloadModule>(
        "unload-module",
        Field{"module", &UnloadModule::name},
        Field{"tolerate-use", &UnloadModule::tolerate_use}
    ),
    logged<LoadModule>(
        "load-module",
        Field{"module", &LoadModule::name},
        Field{"out-of-tree", &LoadModule::origin},
        Field{"path", &LoadModule::path},
        Field{"sha256", &LoadModule::sha256},
        Field{"build-id", &LoadModule::build_id},
        Field{"parameters", &LoadModule::parameters}
    ),
    logged<AwaitPorts>("await-ports", Field{"ports", &AwaitPorts::ports}),
    NeverLogged<ArmGuard>{},
    logged<DisarmGuard>("disarm-guard", Field{"boot-id", &DisarmGuard::boot_id}),
    logged<SetKernelSetting>(
        "set-kernel-setting",
        Field{"name", &SetKernelSetting::name},
        Field{"value", &SetKernelSetting::value},
        Field{"only-over", &SetKernelSetting::only_over}
    ),
    NeverLogged<HoldFunctions>{},
    logged<ReleaseFunctions>("release-functions", Field{"functions", &ReleaseFunctions::functions}),
    logged<BindFunctions>(
        "bind-functions",
        Field{"functions", &BindFunctions::functions},
        Field{"modules", &BindFunctions::modules}
    ),
    NeverLogged<MaskUnit>{},
    logged<UnmaskUnit>("unmask-unit", Field{"unit", &UnmaskUnit::id}),
    logged<StopUnit>("stop-unit", Field{"unit", &StopUnit::id}),
    // What is for good takes nothing back.
    logged<StartUnit>("start-unit", Field{"unit", &StartUnit::id}),
};

template <typename... Kinds>
std::variant<typename Kinds::Of...> steps_of(const std::tuple<Kinds...>&);

static_assert(
    std::is_same_v<decltype(steps_of(kinds)), Step>,
    "kinds has a line for each alternative of Step, in the same order"
);

template <typename Use>
void for_each_logged(Use use) {
    const Overloaded filter{
        [&]<typename S, typename... Ts>(const Logged<S, Ts...>& kind) { use(kind); },
        []<typename S>(const NeverLogged<S>&) {}};
    std::apply([&](const auto&... kind) { (filter(kind), ...); }, kinds);
}

template <typename T>
std::optional<T>
read_field(const toml::table& table, std::string_view key, std::string_view& first_wrong_key) {
    const toml::node* const node = table.get(key);
    auto value = node == nullptr ? std::nullopt : TomlForm<T>::read(*node);
    if (!value && first_wrong_key.empty()) {
        first_wrong_key = key;
    }
    return value;
}

/// Leaves `step` empty when a key is missing or wrong.
template <typename S, typename... Ts>
void read_fields(
    std::optional<Step>& step,
    const Logged<S, Ts...>& kind,
    const toml::table& table,
    std::string_view& first_wrong_key
) {
    // Braces, not parentheses: the fields are read in their order.
    auto values = std::apply(
        [&](const auto&... field) {
            return std::tuple<std::optional<Ts>...>{
                read_field<Ts>(table, field.key, first_wrong_key)...};
        },
        kind.fields
    );
    if (first_wrong_key.empty()) {
        step.emplace(
            std::apply([](auto&... value) { return Step(S{*std::move(value)...}); }, values)
        );
    }
}

}  // namespace

toml::table to_toml(const Step& step) {
    toml::table table;
    for_each_logged([&]<typename S, typename... Ts>(const Logged<S, Ts...>& kind) {
        if (const S* const found = std::get_if<S>(&step)) {
            table.insert("kind", kind.kind);
            std::apply(
                [&](const auto&... field) {
                    (table.insert(field.key, TomlForm<Ts>::write(found->*field.member)), ...);
                },
                kind.fields
            );
        }
    });
    return table;
}

Result<Step> step_from_toml(const toml::table& table) {
    const auto name = table["kind"].value_or(std::string());
    std::string_view wrong_key;
    std::optional<Step> step;
    for_each_logged([&](const auto& kind) {
        if (kind.kind == name) {
            read_fields(step, kind, table, wrong_key);
        }
    });
    if (!wrong_key.empty()) {
        return failure(
            ErrorCode::mismatch,
            compose("step \"{}\": key \"{}\" is missing or wrong", name, wrong_key)
        );
    }
    if (!step) {
        return failure(ErrorCode::mismatch, compose("there is no kind of step \"{}\"", name));
    }
    return *std::move(step);
}

}  // namespace onload_node
