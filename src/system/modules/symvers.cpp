// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/symvers.hpp"

#include "base/handle.hpp"
#include "base/sizes.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/compression/stream_decoders.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <iterator>
#include <span>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;
/// No symvers has as much text: a stream that goes on and on is none.
constexpr std::size_t longest_text = 256 * mebibyte;

void add(SymversLines& lines, std::span<const std::byte> bytes) {
    lines.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// Reads the file whole, for packed it is small, and unpacks it piece by piece.
Result<void> read_lines(const std::string& path, SymversLines& lines) {
    // O_NONBLOCK: a FIFO of that name must not hold us up.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) {
        return failure(code_of_errno(errno), text_of_errno(errno));
    }
    const auto bytes = TRY(read_open_file(fd.get(), path));
    const auto decoder = decoder_for(compression_of(bytes));
    if (decoder == nullptr) {
        add(lines, bytes);
        return {};
    }
    std::span<const std::byte> input = bytes;
    std::vector<std::byte> piece(piece_size);
    for (std::size_t total = 0; total <= longest_text;) {
        const auto count = TRY(decoder->decode(input, piece, true));
        if (count == 0 && input.empty()) {
            return {};
        }
        add(lines, std::span(piece).first(count));
        total += count;
    }
    return failure(ErrorCode::mismatch, "it is too long");
}

}  // namespace

KernelSymbols read_symvers(const std::string& path, const Symbols& wanted) {
    SymversLines lines(wanted);
    const auto read = read_lines(path, lines);
    KernelSymbols found = lines.finish();
    if (!read) {
        found = {{}, read.error().message, {}};
    }
    found.path = path;
    if (!found.problem.empty()) {
        found.problem = compose("cannot use {}: {}", path, found.problem);
    }
    return found;
}

std::set<std::string> exporters_in(const std::string& path) {
    const Symbols none;
    std::set<std::string> exporters;
    SymversLines lines(none, exporters);
    const bool read = read_lines(path, lines).has_value();
    return read && lines.finish().problem.empty() ? exporters : std::set<std::string>();
}

KernelSymbols
find_kernel_symbols(const std::string& root, const std::string& kernel, const Symbols& wanted) {
    for (const auto& [directory, file] : paths::symvers_files) {
        const auto path = compose("{}{}{}{}", root, directory, kernel, file);
        // Below another root the last one would lead to this machine's own headers.
        const bool leads_away = !root.empty() && &file == &std::end(paths::symvers_files)[-1].file;
        if (!leads_away && ::access(path.c_str(), F_OK) == 0) {
            return read_symvers(path, wanted);
        }
    }
    return {};
}

}  // namespace onload_node
