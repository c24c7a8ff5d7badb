// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/toml.hpp"
#include "core/model/step.hpp"

#include <optional>

namespace onload_node {

/// How a value stands in a TOML document: as it is, where TOML has its type. Reading gives nothing
/// where the document has something else.
template <typename T>
struct TomlForm {
    static const T& write(const T& value) { return value; }

    static std::optional<T> read(const toml::node& node) { return node.value<T>(); }
};

template <typename T>
struct TomlText {
    static std::optional<T> read(const toml::node& node) {
        auto value = T::parse(node.value<std::string>().value_or(std::string()));
        return value ? std::optional<T>(*std::move(value)) : std::nullopt;
    }
};

template <>
struct TomlForm<ModuleName> : TomlText<ModuleName> {
    static const std::string& write(const ModuleName& name) { return name.str(); }
};

template <>
struct TomlForm<PciAddress> : TomlText<PciAddress> {
    static std::string write(const PciAddress& address) { return address.to_string(); }
};

template <>
struct TomlForm<Origin> {
    static bool write(Origin origin) { return origin == Origin::out_of_tree; }

    static std::optional<Origin> read(const toml::node& node) {
        const auto out_of_tree = node.value<bool>();
        return out_of_tree ? std::optional(*out_of_tree ? Origin::out_of_tree : Origin::in_tree)
                           : std::nullopt;
    }
};

/// As an array of its two members.
template <typename T, typename First, typename Second>
struct TomlPair {
    static toml::array write(const T& value) {
        const auto& [first, second] = value;
        return toml::array{TomlForm<First>::write(first), TomlForm<Second>::write(second)};
    }

    static std::optional<T> read(const toml::node& node) {
        const toml::array* const pair = node.as_array();
        if (pair == nullptr || pair->size() != 2) {
            return std::nullopt;
        }
        auto first = TomlForm<First>::read((*pair)[0]);
        auto second = TomlForm<Second>::read((*pair)[1]);
        return first && second ? std::optional(T{*std::move(first), *std::move(second)})
                               : std::nullopt;
    }
};

template <typename First, typename Second>
struct TomlForm<std::pair<First, Second>> : TomlPair<std::pair<First, Second>, First, Second> {};

template <>
struct TomlForm<PortExpectation> : TomlPair<PortExpectation, PciAddress, std::string> {};

template <typename T>
struct TomlForm<std::vector<T>> {
    static toml::array write(const std::vector<T>& values) {
        toml::array list;
        for (const auto& value : values) {
            list.push_back(TomlForm<T>::write(value));
        }
        return list;
    }

    static std::optional<std::vector<T>> read(const toml::node& node) {
        const toml::array* const list = node.as_array();
        if (list == nullptr) {
            return std::nullopt;
        }
        std::vector<T> values;
        for (const auto& item : *list) {
            auto value = TomlForm<T>::read(item);
            if (!value) {
                return std::nullopt;
            }
            values.push_back(*std::move(value));
        }
        return values;
    }
};

}  // namespace onload_node
