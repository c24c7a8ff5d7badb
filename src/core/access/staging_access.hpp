// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/result.hpp"
#include "core/model/config.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// The ports that staging uses besides Files and ModuleTrees. The adapters in system/ implement
/// them.
namespace onload_node {

/// The bytes of a file, a pipe or a decoder, in order. Holds no more than a buffer.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    /// Waits for bytes and puts some into `room`; returns 0 only at the end. Some failures show
    /// only there: a program's exit status, or data that is cut off.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> room) = 0;
};

enum class EntryKind { file, directory, link, hard_link, other };

/// One entry of an archive or directory as it was found, with nothing checked yet.
struct ArchiveEntry {
    std::string path;
    EntryKind kind = EntryKind::other;
    std::string target;       ///< of a link; for a hard link the path of its other name
    bool executable = false;  ///< by anybody
    bool set_id = false;      ///< runs as its owner or group, whoever starts it
    std::uint64_t size = 0;   ///< of a file, in bytes
};

/// An archive or a directory, entry by entry.
class EntrySource {
public:
    virtual ~EntrySource() = default;

    /// Goes to the next entry; false at the end. Skips what was not read of the previous one.
    [[nodiscard]] virtual Result<bool> next(ArchiveEntry& entry) = 0;

    /// Reads from the file that next() gave last; 0 at its end.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> room) = 0;
};

/// A directory of our own beside what it will replace, on the same file system. Paths in it are
/// relative and consist of plain names. No link is followed, so nothing is written elsewhere.
/// Everything belongs to root, is writable by root alone and has no set-user-id bit.
class WorkArea {
public:
    virtual ~WorkArea() = default;

    /// Creates the area, empty. Removes what a killed run has left.
    [[nodiscard]] virtual Result<void> begin() = 0;

    /// Makes the directory and its parents. Succeeds if it exists.
    [[nodiscard]] virtual Result<void> make_directory(const std::string& path) = 0;

    /// Writes a file and makes its parents; replaces a file or link. Reads `content` to its end.
    [[nodiscard]] virtual Result<void>
    write_file(const std::string& path, bool executable, EntrySource& content) = 0;

    [[nodiscard]] virtual Result<void>
    make_link(const std::string& path, const std::string& target) = 0;

    /// Another name for a file of the area.
    [[nodiscard]] virtual Result<void>
    make_hard_link(const std::string& path, const std::string& existing) = 0;

    /// A stream over a file of the area.
    [[nodiscard]] virtual Result<std::unique_ptr<ByteStream>> open(const std::string& path) = 0;

    /// When this returns, everything in the area is on the disk.
    [[nodiscard]] virtual Result<void> sync() = 0;

    /// Puts a directory of the area in the place of `target`, in one step. The old directory moves
    /// into the area. The change is on the disk when this returns.
    [[nodiscard]] virtual Result<void>
    exchange(const std::string& path, const std::string& target) = 0;

    /// Puts an executable copy of a file of the area in the place of `target`, in one step. It is
    /// on the disk when this returns. `target` may be on another file system.
    [[nodiscard]] virtual Result<void>
    install(const std::string& path, const std::string& target) = 0;

    /// Makes `target` a symbolic link with this text, in one step, unless it is one already. A
    /// directory that was in its place is then at `aside`, which is beside it; "" for a target that
    /// never was one.
    [[nodiscard]] virtual Result<void>
    put_link(const std::string& target, const std::string& text, const std::string& aside) = 0;

    /// A digest of the file or directory `target`: names, owners, permissions, link targets and
    /// bytes of all in it. Equal content has equal digests, in the area (by its path below the
    /// root) and outside.
    [[nodiscard]] virtual Result<std::string> digest(const std::string& target) const = 0;

    /// Copies a file, or a directory with all that is in it, into the area: bytes, permissions and
    /// links as they are. The two share their blocks where the file system can do that.
    [[nodiscard]] virtual Result<void>
    copy_in(const std::string& target, const std::string& path) = 0;

    /// Moves the directory `target` into the area in one step. Succeeds if it does not exist.
    [[nodiscard]] virtual Result<void> take_away(const std::string& target) = 0;

    /// When an entry of the directory `target` was last made or removed, in nanoseconds since 1970;
    /// 0 if `target` does not exist.
    [[nodiscard]] virtual std::int64_t modified(const std::string& target) const = 0;

    /// Removes the area and everything in it.
    [[nodiscard]] virtual Result<void> discard() = 0;

    /// The area's path on this machine.
    [[nodiscard]] virtual std::string location() const = 0;
};

/// How a program ended.
struct ProgramEnd {
    int status = 0;      ///< its exit status; 128 plus the signal that killed it
    std::string output;  ///< the start of its standard output, at most 64 KiB
    /// The end of its standard error, at most 4 KiB; no control characters but line breaks and
    /// tabs.
    std::string complaint;
};

/// Runs programs of the platform, found by PATH, with our own environment.
class Programs {
public:
    virtual ~Programs() = default;

    [[nodiscard]] virtual bool available(const std::string& name) const = 0;

    /// Runs the program to its end. Kills it and its children at the limit (ErrorCode::timeout).
    [[nodiscard]] virtual Result<ProgramEnd>
    run(const std::vector<std::string>& words, Milliseconds limit) = 0;

    /// The program's standard output. Reading fails at the end if the program failed. The program
    /// is killed at the limit, or when the stream is destroyed.
    [[nodiscard]] virtual Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& words, Milliseconds limit) = 0;
};

}  // namespace onload_node
