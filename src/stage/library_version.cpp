// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/library_version.hpp"

#include "stage/staging_parts.hpp"

#include <array>

namespace onload_node {

Result<std::set<std::string>> versions_in(ByteStream& library) {
    VersionScanner scanner;
    std::array<std::byte, 16384> buffer{};
    for (;;) {
        const auto count = TRY(library.read(buffer));
        if (count == 0) {
            return scanner.finish();
        }
        scanner.take(std::span(buffer).first(count));
    }
}

}  // namespace onload_node
