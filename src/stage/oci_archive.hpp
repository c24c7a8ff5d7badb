// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/access/staging_access.hpp"
#include "stage/source.hpp"

#include <string>

namespace onload_node {

/// Unpacks an OCI archive into `folder`, which is there and empty, and returns it as the layout
/// that it is. Any other source comes back as it is, and so does an archive where `folder` is "" or
/// there is no tar. Podman would unpack an archive below /var/tmp, whatever TMPDIR says
/// (containers/image, oci/archive/oci_transport.go, LoadManifestDescriptor), and leave it there
/// when it is killed; nobody could tell whose it is. ErrorCode::io: it cannot be unpacked.
[[nodiscard]] Result<Source>
unpack_oci_archive(Programs& programs, const Source& source, const std::string& folder);

}  // namespace onload_node
