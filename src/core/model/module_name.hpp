// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace onload_node {

/// The name of a kernel module as the kernel spells it: '-' is always '_'.
class ModuleName {
public:
    [[nodiscard]] static Result<ModuleName> parse(std::string_view text);

    [[nodiscard]] const std::string& str() const { return text_; }

    auto operator<=>(const ModuleName&) const = default;

private:
    explicit ModuleName(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace onload_node
