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

/// What staging needs of a node beside Files and ModuleTrees. Each port is implemented once by an
/// adapter in system/.
namespace onload_node {

/// Bytes of a file, a pipe or a decoder, in order; nothing is held but a buffer.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    /// Fills some of the room, waiting for it; 0 at the end and never before it. What is behind it
    /// may fail at the end only: a program by its exit status, a decoder whose data is cut off.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> room) = 0;
};

enum class EntryKind { file, directory, link, hard_link, other };

/// One name in an archive or below a directory, as it is written there: nothing is checked yet.
struct ArchiveEntry {
    std::string path;
    EntryKind kind = EntryKind::other;
    std::string target;       ///< of a link, or the path of the other name for a hard link
    bool executable = false;  ///< by anybody
    std::uint64_t size = 0;   ///< of a file, bytes
};

/// An archive or a directory, entry by entry.
class EntrySource {
public:
    virtual ~EntrySource() = default;

    /// The next entry; false at the end. What was not read of the one before is passed over.
    [[nodiscard]] virtual Result<bool> next(ArchiveEntry& entry) = 0;

    /// Content of the file that next() gave last; 0 at its end.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> room) = 0;
};

/// A directory of our own beside what is to be replaced, on the same file system. Paths in it are
/// relative, of plain names only; no link is ever followed, so that nothing is written elsewhere.
/// Everything is root's, writable by root alone and without set-user-id.
class WorkArea {
public:
    virtual ~WorkArea() = default;

    /// Makes it, empty: what a run that was killed has left is removed.
    [[nodiscard]] virtual Result<void> begin() = 0;

    /// With its parents; one that is there is a success.
    [[nodiscard]] virtual Result<void> make_directory(const std::string& path) = 0;

    /// With its parents; replaces a file or link of that name. `content` is read to its end.
    [[nodiscard]] virtual Result<void>
    write_file(const std::string& path, bool executable, EntrySource& content) = 0;

    [[nodiscard]] virtual Result<void>
    make_link(const std::string& path, const std::string& target) = 0;

    /// Another name for a file of the area.
    [[nodiscard]] virtual Result<void>
    make_hard_link(const std::string& path, const std::string& existing) = 0;

    /// A stream over a file of the area.
    [[nodiscard]] virtual Result<std::unique_ptr<ByteStream>> open(const std::string& path) = 0;

    /// Everything in it is on the disk when this returns.
    [[nodiscard]] virtual Result<void> sync() = 0;

    /// Puts a directory of the area into the place of `target`, in one step; what was there is in
    /// the area afterwards. On the disk when this returns.
    [[nodiscard]] virtual Result<void>
    exchange(const std::string& path, const std::string& target) = 0;

    /// Puts a copy of a file of the area into the place of `target`, in one step, executable; on
    /// the disk when this returns. `target` may be on another file system.
    [[nodiscard]] virtual Result<void>
    install(const std::string& path, const std::string& target) = 0;

    /// Takes the directory `target` into the area, in one step, to go with it. Absent is a success.
    [[nodiscard]] virtual Result<void> take_away(const std::string& target) = 0;

    /// When something in the directory `target` itself was last made or removed, in nanoseconds
    /// since 1970; 0 when it is not there.
    [[nodiscard]] virtual std::int64_t modified(const std::string& target) const = 0;

    /// Removes the area with all that is in it.
    [[nodiscard]] virtual Result<void> discard() = 0;

    /// Where it is, as a path of this machine.
    [[nodiscard]] virtual std::string location() const = 0;
};

/// How a program ended.
struct ProgramEnd {
    int status = 0;         ///< its exit status, 128 and the signal when it was killed
    std::string output;     ///< the begin of its standard output, at most 64 KiB
    std::string complaint;  ///< the end of its standard error, at most 4 KiB
};

/// Programs of the platform, found by PATH, with the environment that we have.
class Programs {
public:
    virtual ~Programs() = default;

    [[nodiscard]] virtual bool available(const std::string& name) const = 0;

    /// Runs it to its end; killed, with what it has started, at the limit (ErrorCode::timeout).
    [[nodiscard]] virtual Result<ProgramEnd>
    run(const std::vector<std::string>& words, Milliseconds limit) = 0;

    /// Its standard output. It fails at the end if the program does; it is killed at the limit and
    /// when nobody reads on.
    [[nodiscard]] virtual Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& words, Milliseconds limit) = 0;
};

}  // namespace onload_node
