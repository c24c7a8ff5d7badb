// SPDX-License-Identifier: BSD-2-Clause
// The bytes of a library: the versions in it are versions, and do not depend on the pieces in which
// it is read. The first byte says how large these are.
#include "core/formats/library_version.hpp"
#include "target.hpp"

#include <algorithm>
#include <span>

using namespace onload_node;

namespace {

std::set<std::string> versions_in(std::span<const std::byte> bytes, std::size_t piece) {
    VersionScanner scanner;
    while (!bytes.empty()) {
        const auto count = std::min(piece, bytes.size());
        scanner.take(bytes.first(count));
        bytes = bytes.subspan(count);
    }
    return scanner.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    const auto versions = versions_in(bytes, bytes.size());
    fuzz::require(versions == versions_in(bytes, 1U + data[0]));
    for (const auto& version : versions) {
        fuzz::require(version.find_first_not_of("0123456789.") == std::string::npos);
        fuzz::require(!version.starts_with('.') && !version.ends_with('.'));
    }
    return 0;
}
