// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/symvers.hpp"

#include "base/concat.hpp"
#include "base/unique_fd.hpp"
#include "core/model/paths.hpp"
#include "system/compression/decoder_memory.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
#include <iterator>
#include <memory>

#include <fcntl.h>
#include <lzma.h>
#include <unistd.h>
#include <zlib.h>

namespace onload_node {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;
/// No symvers has as much text: a stream that goes on and on is none.
constexpr std::size_t longest_text = std::size_t{256} * 1024 * 1024;

using Piece = std::array<unsigned char, piece_size>;

/// Two pieces, on the heap: input and what comes out of it.
struct Buffers {
    Piece in;
    Piece out;
};

enum class Decoded { more, stuck, end, damaged };

/// A decompressing library, fed by pieces.
class Decoder {
public:
    virtual ~Decoder() = default;
    virtual void give(unsigned char* bytes, std::size_t size) = 0;
    /// Fills `out`; `size` becomes how much of it. Stuck: it needs more input.
    virtual Decoded take(Piece& out, std::size_t& size) = 0;
};

class Gzip final : public Decoder {
public:
    Gzip() : ready_(inflateInit2(&stream_, 16 + MAX_WBITS) == Z_OK) {}

    ~Gzip() override { inflateEnd(&stream_); }

    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    void give(unsigned char* bytes, std::size_t size) override {
        stream_.next_in = bytes;
        stream_.avail_in = static_cast<uInt>(size);
    }

    Decoded take(Piece& out, std::size_t& size) override {
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());
        const int code = ready_ ? inflate(&stream_, Z_NO_FLUSH) : Z_MEM_ERROR;
        size = out.size() - stream_.avail_out;
        return code == Z_OK           ? Decoded::more
               : code == Z_BUF_ERROR  ? Decoded::stuck
               : code == Z_STREAM_END ? Decoded::end
                                      : Decoded::damaged;
    }

private:
    z_stream stream_{};
    bool ready_;
};

class Xz final : public Decoder {
public:
    Xz() : ready_(lzma_stream_decoder(&stream_, max_decoder_memory, 0) == LZMA_OK) {}

    ~Xz() override { lzma_end(&stream_); }

    Xz(const Xz&) = delete;
    Xz& operator=(const Xz&) = delete;

    void give(unsigned char* bytes, std::size_t size) override {
        stream_.next_in = bytes;
        stream_.avail_in = size;
    }

    Decoded take(Piece& out, std::size_t& size) override {
        stream_.next_out = out.data();
        stream_.avail_out = out.size();
        const lzma_ret code = ready_ ? lzma_code(&stream_, LZMA_RUN) : LZMA_MEM_ERROR;
        size = out.size() - stream_.avail_out;
        return code == LZMA_OK           ? Decoded::more
               : code == LZMA_BUF_ERROR  ? Decoded::stuck
               : code == LZMA_STREAM_END ? Decoded::end
                                         : Decoded::damaged;
    }

private:
    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool ready_;
};

/// Null for a file that is not compressed.
std::unique_ptr<Decoder> decoder_for(const Piece& begin, std::size_t size) {
    if (size > 2 && begin[0] == 0x1F && begin[1] == 0x8B) {
        return std::make_unique<Gzip>();
    }
    if (size > 2 && begin[0] == 0xFD && begin[1] == '7') {
        return std::make_unique<Xz>();
    }
    return nullptr;
}

void add(SymversLines& lines, const Piece& piece, std::size_t size) {
    lines.add({reinterpret_cast<const char*>(piece.data()), size});
}

/// Reads a file to its end.
class SymversReader {
public:
    SymversReader(int fd, SymversLines& lines) : fd_(fd), lines_(lines) {}

    /// What keeps it from being read to its end; "" when nothing does.
    std::string read() {
        auto size = next();
        if (size > 0) {
            decoder_ = decoder_for(buffers_->in, static_cast<std::size_t>(size));
        }
        for (; size > 0; size = next()) {
            if (const auto done = feed(static_cast<std::size_t>(size)); done != Decoded::more) {
                return done == Decoded::end ? "" : "it is damaged";
            }
        }
        if (size < 0) {
            return text_of_errno(errno);
        }
        // The end of compressed data has to come from the data itself.
        return decoder_ ? "it is cut off" : "";
    }

private:
    ssize_t next() {
        ssize_t size = -1;
        do {
            size = ::read(fd_, buffers_->in.data(), buffers_->in.size());
        } while (size < 0 && errno == EINTR);
        return size;
    }

    Decoded feed(std::size_t size) {
        if (!decoder_) {
            add(lines_, buffers_->in, size);
            return Decoded::more;
        }
        decoder_->give(buffers_->in.data(), size);
        auto decoded = Decoded::more;
        while (decoded == Decoded::more) {
            std::size_t count = 0;
            decoded = decoder_->take(buffers_->out, count);
            add(lines_, buffers_->out, count);
            total_ += count;
            if (total_ > longest_text) {
                return Decoded::damaged;
            }
        }
        return decoded == Decoded::stuck ? Decoded::more : decoded;
    }

    int fd_;
    SymversLines& lines_;
    std::unique_ptr<Buffers> buffers_ = std::make_unique<Buffers>();
    std::unique_ptr<Decoder> decoder_;
    std::size_t total_ = 0;
};

}  // namespace

KernelSymbols read_symvers(const std::string& path, const Symbols& wanted) {
    SymversLines lines(wanted);
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const std::string problem =
        fd.valid() ? SymversReader(fd.get(), lines).read() : text_of_errno(errno);
    KernelSymbols found = lines.finish();
    if (!problem.empty()) {
        found = {{}, problem, {}};
    }
    found.path = path;
    if (!found.problem.empty()) {
        found.problem = concat({"cannot use ", path, ": ", found.problem});
    }
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
