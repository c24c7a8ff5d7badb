// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace onload_node {

/// A file that gets its name when it is whole, and never takes the place of another. Until then it
/// has none: whatever ends us, nothing is left of it. Readable by its owner only.
class NewFile final {
public:
    /// ErrorCode::exists: there is something of that name.
    [[nodiscard]] static Result<NewFile> make(const std::string& path);

    /// Not a file: what is written goes to standard output.
    [[nodiscard]] static Result<NewFile> standard_output();

    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);

    /// Gives it its name; on the disk when this returns.
    [[nodiscard]] Result<void> publish();

    /// "" for standard output.
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    NewFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    UniqueFd fd_;
    std::string path_;
};

}  // namespace onload_node
