// SPDX-License-Identifier: BSD-2-Clause
// A source that somebody has named, in `[stage] source` or on the command line: what is taken for
// an image is a word that podman cannot take for an option, and no kernel changes where it is.
#include "stage/source.hpp"
#include "target.hpp"

#include <string_view>

using namespace onload_node;

namespace {

void check_image(const Source& source) {
    fuzz::require(!source.podman_name().starts_with('-'));
    if (source.may_be_stored() || source.may_be_in_registry()) {
        fuzz::require(!source.where.empty() && !source.where.starts_with('-'));
        fuzz::require(source.where.find_first_of(" \t\r\n\"'`$;&|") == std::string::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto kind = static_cast<PathKind>(data[0] % 5);
    const std::string text = fuzz::text_of(data + 1, size - 1);
    const PathLook look = [&](const std::string&) { return kind; };
    const auto named = with_kernel(text, "5.14.0-427.13.1.el9_4.x86_64+rt", look);
    fuzz::require(
        !names_kernel(named) || text.find("${k${kernel}") != std::string::npos ||
        text.find("${kernel") != std::string::npos
    );
    fuzz::require(names_kernel(text) || named == text);
    const auto source = understand_source(named, look);
    if (!source) {
        fuzz::require(!source.error().message.empty());
        return 0;
    }
    fuzz::require(source->text == named && named.find(source->where) != std::string::npos);
    if (source->is_image()) {
        check_image(*source);
    }
    fuzz::require(
        source->where.starts_with(source->stamped_file().substr(0, 1)) ||
        source->stamped_file().starts_with('/')
    );
    return 0;
}
