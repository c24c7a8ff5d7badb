// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"
#include "app/output/output_parts.hpp"
#include "base/text.hpp"

namespace onload_node {

std::string pending_text(
    const std::vector<Check>& checks,
    const PendingKernel& next,
    const std::string& running,
    bool colour
) {
    const bool same = next.release == running;
    return compose(
        "{}{}, by {}\n{}",
        same ? "no other kernel is pending, the next boot runs this one again: "
             : "pending kernel: ",
        next.release,
        next.told_by,
        verify_text(checks, colour)
    );
}

std::string pending_json(
    const std::vector<Check>& checks, const PendingKernel& next, const std::string& running
) {
    toml::table document = verify_document(checks, next.release);
    document.insert("pending", next.release != running);
    put(document, "told_by", next.told_by);
    return to_json(document);
}

std::string release_json(
    const std::vector<Check>& checks,
    const std::string& kernel,
    std::string_view release,
    std::string_view modules
) {
    toml::table document = verify_document(checks, kernel);
    put(document, "release", release);
    put(document, "modules", modules);
    return to_json(document);
}

}  // namespace onload_node
