// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include <sys/types.h>

namespace onload_node::device_plugin {

/// Onload's libraries as a container would get them.
struct Libraries {
    std::string directory;           ///< what the path leads to now, as the host names it
    std::string problem;             ///< why no container can be given them; "" if one can
    std::set<std::string> versions;  ///< that the library to preload tells; Onload's among them
};

/// Looks at the libraries, each time along the links: staging puts new ones beside the old ones and
/// then changes a link.
class LibraryView final {
public:
    /// `directory`: where they are, such as /opt/onload/usr/lib64.
    explicit LibraryView(std::string directory);

    /// Looks at those in a directory, which may be another than the usual one. Reads the library
    /// once for each content that it has.
    [[nodiscard]] Libraries look(const std::string& directory);

    /// A path with the links in it followed, but only those below the folder two above the
    /// libraries: how the host gets to that is the host's affair (on RHCOS /opt is a link itself),
    /// and a mount may have put it elsewhere. A path that leads out of there stays as it is.
    [[nodiscard]] std::string resolved(const std::string& path) const;

    /// Everything that decides what the usual path leads to, and whether `directory` has the
    /// library.
    [[nodiscard]] std::set<std::string> paths(const std::string& directory) const;

private:
    struct Content {
        dev_t device = 0;
        ino_t inode = 0;
        std::int64_t modified = 0;
        std::int64_t changed = 0;
        off_t size = -1;

        bool operator==(const Content&) const = default;
    };

    void take_versions(int fd);

    const std::string directory_;
    const std::string base_;  ///< links are followed below it
    Content read_;            ///< what the versions are of
    std::set<std::string> versions_;
};

}  // namespace onload_node::device_plugin
