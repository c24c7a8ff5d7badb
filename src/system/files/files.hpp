// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <vector>

namespace onload_node {

/// The files of this machine, or of a root directory elsewhere.
class SystemFiles final : public Files {
public:
    /// Every path is taken below `root`; "" is this machine.
    explicit SystemFiles(std::string root = "");

    [[nodiscard]] Result<std::string> read(const std::string& path) const override;

    /// The file, its name and every directory made for it are on the disk when this returns.
    [[nodiscard]] Result<void> write(const std::string& path, const std::string& content) override;

    [[nodiscard]] Result<void> remove(const std::string& path) override;

    [[nodiscard]] std::vector<std::string> list(const std::string& directory) const override;

    [[nodiscard]] bool exists(const std::string& path) const override;

    [[nodiscard]] bool executable(const std::string& path) const override;

private:
    std::string root_;
};

}  // namespace onload_node
