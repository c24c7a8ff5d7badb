// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// The files of this machine, or of a root directory elsewhere.
class SystemFiles final : public Files {
public:
    /// Every path is taken below `root`; "" is this machine.
    explicit SystemFiles(std::string root = "");

    [[nodiscard]] Result<std::string> read(std::string_view path) const override;

    /// The file, its name and every directory made for it are on the disk when this returns.
    [[nodiscard]] Result<void> write(std::string_view path, const std::string& content) override;

    [[nodiscard]] Result<void> remove(std::string_view path) override;

    [[nodiscard]] std::vector<std::string> list(std::string_view directory) const override;

    [[nodiscard]] bool exists(std::string_view path) const override;

    [[nodiscard]] bool executable(std::string_view path) const override;

    [[nodiscard]] std::string link_target(std::string_view path) const override;

private:
    [[nodiscard]] std::string below_root(std::string_view path) const;

    std::string root_;
};

}  // namespace onload_node
