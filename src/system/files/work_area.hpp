// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "core/access/staging_access.hpp"

#include <string>
#include <utility>

namespace onload_node {

class SystemWorkArea final : public WorkArea {
public:
    /// The area is `path` below `root`; all targets are below `root`, too. "" is this machine.
    SystemWorkArea(std::string root, const std::string& path);

    [[nodiscard]] Result<void> begin() override;
    [[nodiscard]] Result<void> make_directory(const std::string& path) override;
    [[nodiscard]] Result<void>
    write_file(const std::string& path, bool executable, EntrySource& content) override;
    [[nodiscard]] Result<void>
    make_link(const std::string& path, const std::string& target) override;
    [[nodiscard]] Result<void>
    make_hard_link(const std::string& path, const std::string& existing) override;
    [[nodiscard]] Result<std::unique_ptr<ByteStream>> open(const std::string& path) override;
    [[nodiscard]] Result<void> sync() override;
    [[nodiscard]] Result<void>
    exchange(const std::string& path, const std::string& target) override;
    [[nodiscard]] Result<void> install(const std::string& path, const std::string& target) override;
    [[nodiscard]] Result<void>
    put_link(const std::string& target, const std::string& text, const std::string& aside) override;
    [[nodiscard]] Result<std::string> digest(const std::string& target) const override;
    [[nodiscard]] Result<void> copy_in(const std::string& target, const std::string& path) override;
    [[nodiscard]] Result<void> take_away(const std::string& target) override;
    [[nodiscard]] std::int64_t modified(const std::string& target) const override;
    [[nodiscard]] Result<void> discard() override;

    [[nodiscard]] std::string location() const override { return location_; }

private:
    enum class Missing { make, fail };
    [[nodiscard]] Result<void> go_to(std::string_view directory, Missing missing = Missing::make);
    [[nodiscard]] Result<UniqueFd> create(const std::string& path, bool executable);
    [[nodiscard]] Result<std::string>
    enter_parent(const std::string& path, Missing missing = Missing::make);

    std::string root_;
    std::string location_;
    unsigned taken_away_ = 0;
    std::string current_;  ///< path of the directory of fd_, below the area
    UniqueFd fd_;          ///< kept open: files come in the order of their directories
};

}  // namespace onload_node
