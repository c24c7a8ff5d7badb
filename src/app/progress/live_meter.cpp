// SPDX-License-Identifier: BSD-2-Clause
#include "app/progress/live_meter.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace onload_node {

namespace {

constexpr Milliseconds one_rest(200);
constexpr std::size_t widest = 100;

Milliseconds now() {
    return std::chrono::duration_cast<Milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch()
    );
}

/// A dumb terminal cannot go back in a line.
MeterPlace standard_error() {
    const char* const kind = std::getenv("TERM");
    const bool dumb = kind == nullptr || std::string_view(kind) == "dumb" || *kind == '\0';

    struct winsize size {};

    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return {
        ::isatty(STDERR_FILENO) == 1 && !dumb,
        known ? std::min<std::size_t>(size.ws_col, widest) : widest};
}

class MeteredBytes final : public ByteStream {
public:
    MeteredBytes(std::unique_ptr<ByteStream> bytes, LiveMeter& meter)
        : bytes_(std::move(bytes)), meter_(meter) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        auto count = bytes_->read(room);
        meter_.add(count.value_or(0));
        return count;
    }

private:
    std::unique_ptr<ByteStream> bytes_;
    LiveMeter& meter_;
};

class MeteredEntries final : public EntrySource {
public:
    MeteredEntries(std::unique_ptr<EntrySource> entries, LiveMeter& meter)
        : entries_(std::move(entries)), meter_(meter) {}

    Result<bool> next(ArchiveEntry& entry) override { return entries_->next(entry); }

    Result<std::size_t> read(std::span<std::byte> room) override {
        auto count = entries_->read(room);
        meter_.add(count.value_or(0));
        return count;
    }

private:
    std::unique_ptr<EntrySource> entries_;
    LiveMeter& meter_;
};

}  // namespace

LiveMeter::LiveMeter() : meter_(standard_error()) {
    // Signals are for the thread that works: it hears them in its waits. What a pipe without a
    // reader sends to its writer stays pending here, and the write fails instead.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { keep_up(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LiveMeter::~LiveMeter() {
    {
        const std::lock_guard held(mutex_);
        over_ = true;
    }
    ending_.notify_one();
    thread_.join();
}

void LiveMeter::begin(std::string what, std::uint64_t total, BytesDone done) {
    const std::lock_guard held(mutex_);
    counted_ = 0;
    done_ = std::move(done);
    meter_.begin(std::move(what), total, now());
}

void LiveMeter::add(std::uint64_t bytes) {
    const std::lock_guard held(mutex_);
    counted_ += bytes;
}

void LiveMeter::beside(const std::function<void()>& write_it) {
    const std::lock_guard held(mutex_);
    write(meter_.cleared());
    write_it();
}

void LiveMeter::end() {
    begin("");
    beside([] {});
}

void LiveMeter::keep_up() {
    std::unique_lock held(mutex_);
    while (!over_) {
        const auto bytes = done_ ? done_() : counted_;
        meter_.reach(bytes);
        write(meter_.due(now()));
        ending_.wait_for(held, one_rest);
    }
    write(meter_.cleared());
}

void LiveMeter::write(std::string_view text) {
    while (!gone_ && !text.empty()) {
        const auto count = ::write(STDERR_FILENO, text.data(), text.size());
        if (count > 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (count == 0 || errno != EINTR) {
            gone_ = true;
        }
    }
}

std::unique_ptr<ByteStream> metered(std::unique_ptr<ByteStream> bytes, LiveMeter& meter) {
    return std::make_unique<MeteredBytes>(std::move(bytes), meter);
}

std::unique_ptr<EntrySource> metered(std::unique_ptr<EntrySource> entries, LiveMeter& meter) {
    return std::make_unique<MeteredEntries>(std::move(entries), meter);
}

}  // namespace onload_node
