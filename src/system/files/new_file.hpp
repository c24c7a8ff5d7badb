// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace onload_node {

/// A file that gets its name only when it is complete, and never replaces another. Until then it
/// has no name: nothing is left of it, however we end. Only its owner can read it.
class NewFile final {
public:
    /// ErrorCode::exists: something has that name already.
    [[nodiscard]] static Result<NewFile> make(const std::string& path);

    /// Writes to standard output instead of a file.
    [[nodiscard]] static Result<NewFile> standard_output();

    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);

    /// Gives the file its name. The file is on the disk when this returns.
    [[nodiscard]] Result<void> publish();

    /// "" for standard output.
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    NewFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    UniqueFd fd_;
    std::string path_;
};

}  // namespace onload_node
