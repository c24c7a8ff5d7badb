// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "core/access/staging_access.hpp"
#include "core/model/config.hpp"
#include "stage/image.hpp"

#include <memory>
#include <optional>
#include <string>

namespace onload_node {

/// An open SOURCE, with everything that must live as long.
struct OpenSource {
    std::optional<PulledImage> image;
    std::unique_ptr<ByteStream> bytes;
    std::unique_ptr<EntrySource> entries;
    std::string digest;
};

/// Parses a SOURCE; paths in it are on this machine.
[[nodiscard]] Result<Source> find_source(const std::string& text);

/// A cheap way to tell whether a file has changed: its size and time. Empty if the source is no
/// file.
[[nodiscard]] std::string file_stamp(const Source& source);

/// Opens a file or directory, or has podman fetch an image.
[[nodiscard]] Result<OpenSource> open_source(
    const Source& source, const Command& command, const StageConfig& config, Programs& programs
);

}  // namespace onload_node
