// SPDX-License-Identifier: BSD-2-Clause
// What podman complains of, with what registries and mirrors have answered in it: the reason goes
// into a status and the journal, so it is one line that shows as it is written.
#include "stage/pull_failure.hpp"
#include "stage/selection.hpp"
#include "target.hpp"

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Source source{SourceKind::image, "host/modules:1", "host/modules:1"};
    const auto error = explain_pull(source, {}, fuzz::text_of(data, size));
    fuzz::require(error.message.starts_with("cannot pull host/modules:1: "));
    fuzz::require(printable(error.message) == error.message);
    return 0;
}
