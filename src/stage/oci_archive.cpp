// SPDX-License-Identifier: BSD-2-Clause
#include "stage/oci_archive.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <chrono>

namespace onload_node {

namespace {

constexpr Milliseconds unpack_limit = std::chrono::minutes(30);

}  // namespace

Result<Source>
unpack_oci_archive(Programs& programs, const Source& source, const std::string& folder) {
    const bool possible = !folder.empty() && programs.available("tar");
    if (source.kind != SourceKind::oci_archive || !possible) {
        return source;
    }
    const auto name = std::min(source.where.find(':'), source.where.size());
    const auto archive = source.where.substr(0, name);
    const auto end = programs.run(
        {"tar", "--extract", "--no-same-owner", "--file", archive, "--directory", folder},
        unpack_limit
    );
    if (!end) {
        return failure("cannot unpack " + source.text, end.error());
    }
    if (end->status != 0) {
        return failure(
            ErrorCode::io, compose("cannot unpack {}: {}", source.text, first_line(end->complaint))
        );
    }
    return Source{SourceKind::oci_layout, source.text, folder + source.where.substr(name)};
}

}  // namespace onload_node
