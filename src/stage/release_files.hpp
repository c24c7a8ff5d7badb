// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// Where a file of an OS or driver-toolkit image goes in an area that has what a kernel is verified
/// for by: its modules and their index, symvers, configuration, and the toolkit's own word on its
/// kernels. "" for all other files; "usr/lib/modules" becomes "lib/modules".
[[nodiscard]] std::string release_path(std::string_view path);

/// Takes those files out of an image.
class ReleaseFiles {
public:
    /// `area` has to outlive this, and has begun.
    explicit ReleaseFiles(WorkArea& area) : area_(area) {}

    /// Reads the image to its end. An image of ostree has each file as a hard link to an object of
    /// its repository, which comes first: missing() then has some.
    /// (Source: containers/bootc, ostree-ext/README.md.)
    [[nodiscard]] Result<void> take(EntrySource& image);

    /// Whether files are still to come, in a second reading of the same image.
    [[nodiscard]] bool missing() const { return !links_.empty(); }

    /// Reads the image once more for what is missing. What still is afterwards, the image has not.
    [[nodiscard]] Result<void> take_missing(EntrySource& image);

private:
    [[nodiscard]] Result<void> take_entry(const ArchiveEntry& entry, EntrySource& image);

    WorkArea& area_;
    /// By the path in the image: where its file goes.
    std::map<std::string, std::vector<std::string>> links_;
    std::map<std::string, std::string> taken_;  ///< by the path in the image, likewise
};

}  // namespace onload_node
