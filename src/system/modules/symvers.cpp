// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/symvers.hpp"

#include "base/handle.hpp"
#include "base/sizes.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/files/byte_streams.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <iterator>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;
/// No symvers has as much text: a stream that goes on and on is none.
constexpr std::size_t longest_text = 256 * mebibyte;

Result<void> read_lines(UniqueFd fd, const std::string& context, SymversLines& lines) {
    if (!fd.valid()) {
        return errno_failure(context, errno);
    }
    const auto stream = unpacked_stream(std::move(fd), context);
    std::vector<std::byte> piece(piece_size);
    std::size_t total = 0;
    for (;;) {
        const auto count = TRY(stream->read(piece));
        if (count == 0) {
            return {};
        }
        total += count;
        if (total > longest_text) {
            return failure(ErrorCode::mismatch, concat({context, ": it is too long"}));
        }
        lines.add({reinterpret_cast<const char*>(piece.data()), count});
    }
}

}  // namespace

KernelSymbols read_symvers(const std::string& path, const Symbols& wanted) {
    const auto context = concat({"cannot use ", path});
    SymversLines lines(wanted);
    // A fifo of that name must not hold us up.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const auto read = read_lines(std::move(fd), context, lines);
    KernelSymbols found = lines.finish();
    if (!read) {
        found = {{}, read.error().message, {}};
    } else if (!found.problem.empty()) {
        found.problem = concat({context, ": ", found.problem});
    }
    found.path = path;
    return found;
}

KernelSymbols
find_kernel_symbols(const std::string& root, const std::string& kernel, const Symbols& wanted) {
    for (const auto& [directory, file] : paths::symvers_files) {
        const auto path = concat({root, directory, kernel, file});
        // Below another root the last one would lead to this machine's own headers.
        const bool leads_away = !root.empty() && &file == &std::end(paths::symvers_files)[-1].file;
        if (!leads_away && ::access(path.c_str(), F_OK) == 0) {
            return read_symvers(path, wanted);
        }
    }
    return {};
}

}  // namespace onload_node
