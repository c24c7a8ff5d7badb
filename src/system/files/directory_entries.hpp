// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "core/access/staging_access.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace onload_node {

/// The entries of some paths of a directory, each with everything below it. Links below them are
/// not followed. Missing paths are skipped.
class DirectoryEntries final : public EntrySource {
public:
    /// `paths` are relative to `directory`. A path that lies below another one has to be a file.
    DirectoryEntries(std::string directory, std::vector<std::string> paths);

    [[nodiscard]] Result<bool> next(ArchiveEntry& entry) override;
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> room) override;

private:
    [[nodiscard]] Result<bool> begin_path(ArchiveEntry& entry);
    [[nodiscard]] Result<void> describe(ArchiveEntry& entry, const std::string& path);

    std::string directory_;
    std::vector<std::string> paths_;  ///< the paths to come, the next one last
    std::filesystem::recursive_directory_iterator walk_;
    std::string file_;  ///< path of the current entry, with the directory
    UniqueFd fd_;
};

}  // namespace onload_node
