// SPDX-License-Identifier: BSD-2-Clause
#include "system/host/host.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"
#include "system/processes/children.hpp"
#include "system/selinux/selinux.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace onload_node {

namespace {

std::string without_line_end(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

/// The flag that clock daemons clear, and that systemd and timedatectl go by.
bool clock_synchronised() {
    timex clock{};
    return ::adjtimex(&clock) >= 0 && (clock.status & STA_UNSYNC) == 0;
}

constexpr std::int64_t nanoseconds_in_second = 1'000'000'000;

std::int64_t nanoseconds_of(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * nanoseconds_in_second + time.tv_nsec;
}

std::int64_t seconds_of(clockid_t clock) {
    return nanoseconds_of(clock) / nanoseconds_in_second;
}

}  // namespace

SystemHost::SystemHost(std::string root) : root_(std::move(root)) {}

Result<HostFacts> SystemHost::facts() const {
    struct utsname system {};

    if (::uname(&system) != 0) {
        return errno_failure("cannot ask for the kernel release", errno);
    }
    auto boot_id = read_text_file(root_ + std::string(paths::boot_id));
    if (!boot_id) {
        return failure("cannot learn the boot id", boot_id.error());
    }
    auto command_line = read_text_file(root_ + std::string(paths::kernel_command_line));
    if (!command_line) {
        return failure("cannot learn the kernel command line", command_line.error());
    }
    return HostFacts{
        static_cast<const char*>(system.release),
        without_line_end(std::move(*boot_id)),
        without_line_end(std::move(*command_line)),
        ::geteuid() == 0,
        seconds_of(CLOCK_BOOTTIME),
        clock_synchronised()};
}

std::string SystemHost::denied_to_containers(const std::string& path) const {
    return selinux::denied_to_containers(root_ + path);
}

std::string SystemHost::utc(std::int64_t uptime) const {
    // Rounded once, and not each clock for itself: two looks would tell of two seconds.
    constexpr std::int64_t half = nanoseconds_in_second / 2;
    const auto booted = nanoseconds_of(CLOCK_REALTIME) - nanoseconds_of(CLOCK_BOOTTIME);
    const std::time_t time = (booted + half) / nanoseconds_in_second + uptime;
    std::tm parts{};
    std::array<char, sizeof("2026-11-30T02:10:00Z") + 8> text{};
    ::gmtime_r(&time, &parts);
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

namespace {

/// A disk that does not answer must not prevent the reset.
constexpr Milliseconds sync_limit = std::chrono::seconds(10);

}  // namespace

SystemKernel::SystemKernel(std::string root) : root_(std::move(root)) {}

Result<void>
SystemKernel::set(const std::string& name, const std::string& value, const std::string& only_over) {
    std::string path = name;
    std::replace(path.begin(), path.end(), '.', '/');
    path = compose("{}{}/{}", root_, paths::proc_sys, path);
    if (!only_over.empty()) {
        const auto now = read_text_file(path);
        if (!now || now->substr(0, now->find('\n')) != only_over) {
            return {};
        }
    }
    const int number = write_attribute(path, value);
    return number == 0 ? Result<void>() : errno_failure("cannot set " + name, number);
}

Result<void> SystemKernel::restart() {
    // The outcome is ignored: the reset has to come in any case.
    static_cast<void>(run_in_child(
        [](int) {
            ::sync();
            return 0;
        },
        sync_limit
    ));
    const std::string path = root_ + std::string(paths::sysrq_trigger);
    const int number = write_attribute(path, "b");
    return number == 0 ? Result<void>() : errno_failure("cannot write to " + path, number);
}

}  // namespace onload_node
