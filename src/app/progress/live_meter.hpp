// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/progress/meter.hpp"
#include "core/access/staging_access.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace onload_node {

/// Bytes that are done of a part of the work; asked from another thread.
using BytesDone = std::function<std::uint64_t()>;

/// A Meter on standard error, kept up to date by a thread of its own while this one works or waits
/// for a program. A reader that is gone, or a full disk, stops it and nothing else.
class LiveMeter {
public:
    LiveMeter();
    LiveMeter(const LiveMeter&) = delete;
    LiveMeter& operator=(const LiveMeter&) = delete;
    LiveMeter(LiveMeter&&) = delete;
    LiveMeter& operator=(LiveMeter&&) = delete;

    /// Takes the line away.
    ~LiveMeter();

    /// As Meter::begin; `done`, which may be empty, tells how far it is.
    void begin(std::string what, std::uint64_t total = 0, BytesDone done = {});

    /// Counts for the part that is under way and has no BytesDone.
    void add(std::uint64_t bytes);

    /// Has `write` write something else, with the line out of the way.
    void beside(const std::function<void()>& write);

    /// Takes the line away: nothing is under way until something begins.
    void end();

private:
    void keep_up();
    void write(std::string_view text);

    std::mutex mutex_;
    std::condition_variable ending_;
    Meter meter_;
    BytesDone done_;
    std::uint64_t counted_ = 0;
    bool over_ = false;
    bool gone_ = false;  ///< nobody reads any more
    std::thread thread_;
};

/// What is read from `bytes` counts for `meter`, which must outlive it.
[[nodiscard]] std::unique_ptr<ByteStream>
metered(std::unique_ptr<ByteStream> bytes, LiveMeter& meter);

/// The same for the files of a folder.
[[nodiscard]] std::unique_ptr<EntrySource>
metered(std::unique_ptr<EntrySource> entries, LiveMeter& meter);

}  // namespace onload_node
