// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/unique_fd.hpp"
#include "core/access/staging_access.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace onload_node {

/// Some paths below a directory, each with all that is below it, as entries. No link below them is
/// followed. Names that are not there are passed over.
class DirectoryEntries final : public EntrySource {
public:
    /// `paths` are relative to `directory`; a path below another one is a file.
    DirectoryEntries(std::string directory, std::vector<std::string> paths);

    [[nodiscard]] Result<bool> next(ArchiveEntry& entry) override;
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> room) override;

private:
    [[nodiscard]] Result<bool> begin_path(ArchiveEntry& entry);
    [[nodiscard]] Result<void> describe(ArchiveEntry& entry, const std::string& path);

    std::string directory_;
    std::vector<std::string> paths_;  ///< those to come, the next one last
    std::filesystem::recursive_directory_iterator walk_;
    std::string file_;  ///< the entry's, with the directory
    UniqueFd fd_;
};

}  // namespace onload_node
