// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onload_node::fuzz {

/// A node on which one file is all there is.
class OneFile final : public Files {
public:
    OneFile(std::string_view path, std::string content)
        : path_(path), content_(std::move(content)) {}

    [[nodiscard]] Result<std::string> read(std::string_view path) const override {
        return exists(path) ? Result<std::string>(content_)
                            : failure(ErrorCode::not_found, std::string(path));
    }

    [[nodiscard]] Result<void> write(std::string_view path, const std::string& content) override {
        content_ = content;
        there_ = path == path_;
        return {};
    }

    [[nodiscard]] Result<void> remove(std::string_view) override {
        there_ = false;
        return {};
    }

    [[nodiscard]] std::vector<std::string> list(std::string_view) const override { return {}; }

    [[nodiscard]] bool exists(std::string_view path) const override {
        return there_ && path == path_;
    }

    [[nodiscard]] bool executable(std::string_view) const override { return false; }

    [[nodiscard]] std::string link_target(std::string_view) const override { return {}; }

private:
    std::string_view path_;
    std::string content_;
    bool there_ = true;
};

}  // namespace onload_node::fuzz
