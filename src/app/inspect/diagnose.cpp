// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/diagnose.hpp"

#include "app/inspect/inspect_commands.hpp"
#include "app/inspect/oddities.hpp"
#include "app/progress/live_meter.hpp"
#include "base/pieces.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "core/model/paths.hpp"
#include "system/deadline.hpp"
#include "system/files/directories.hpp"
#include "system/files/files.hpp"
#include "system/files/lock.hpp"
#include "system/files/new_file.hpp"
#include "system/processes/programs.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <tuple>

#include <unistd.h>

namespace onload_node {

namespace {

constexpr Milliseconds for_one_command = std::chrono::seconds(20);
/// `oc adm must-gather` gives a node three minutes.
constexpr Milliseconds for_all_commands = std::chrono::seconds(120);
constexpr Milliseconds for_packing = std::chrono::seconds(30);
constexpr std::size_t longest_output = std::size_t{16} * 1024 * 1024;
/// Of all commands: it is in memory twice, here and where it is collected.
constexpr std::size_t most_output = std::size_t{64} * 1024 * 1024;

/// Said in each bundle, as whoever is given one asks for it.
constexpr std::string_view left_out =
    "left out on purpose: credentials for registries, network profiles, .netdev files and whatever "
    "else may hold keys\n";

using Buffer = std::array<std::byte, std::size_t{16} * 1024>;

/// "onload-node-compute-0-20260131T235959Z".
std::string bundle_name() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    std::array<char, 32> moment{};
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::strftime(moment.data(), moment.size(), "%Y%m%dT%H%M%SZ", &parts);
    return compose("onload-node-{}-{}", host.data(), moment.data());
}

/// "onload-node" is the program beside us, not one found by PATH.
std::vector<std::string> words_to_run(std::string_view command) {
    const auto found = words_of(command);
    std::vector<std::string> words(found.begin(), found.end());
    if (words.front() == "onload-node") {
        words.front() = own_directory() + words.front();
    }
    return words;
}

/// Collects files into a directory and keeps a list of what became of each item.
class Collector {
public:
    explicit Collector(std::string directory)
        : directory_(std::move(directory))
        , contents_(compose("onload-node {}\n{}", version, left_out)) {}

    void collect_files() {
        for (const auto& file : paths::bundled_files) {
            const std::string path(file.path);
            if (file.suffix.empty()) {
                collect_file(path);
                continue;
            }
            for (const auto& name : files_.list(path)) {
                if (name.ends_with(file.suffix)) {
                    collect_file(compose("{}/{}", path, name));
                }
            }
        }
    }

    void collect_commands() {
        const Deadline deadline(for_all_commands);
        LiveMeter meter;
        const auto collect = [&](const std::string& name, const std::string& words) {
            meter.begin(words);
            collect_command(name, words, std::min(for_one_command, deadline.remaining()));
        };
        for (const auto& command : bundled_commands()) {
            collect(std::string(command.name), std::string(command.words));
        }
        for (const auto& port : ports_of(texts_["nics.json"])) {
            collect(
                compose("port-{}-udev.txt", port),
                compose("udevadm info --query all --path /sys/class/net/{}", port)
            );
            collect(
                compose("port-{}-nmcli.txt", port), compose("nmcli --terse device show {}", port)
            );
        }
    }

    /// What is odd in what the commands said; it goes into the bundle as well.
    std::vector<std::string> note_oddities() {
        auto odd = find_oddities(texts_);
        std::string text;
        for (const auto& line : odd) {
            text += line + "\n";
        }
        keep("odd.txt", text.empty() ? "nothing\n" : text, "odd.txt");
        return odd;
    }

    /// Comes last, because it lists what became of the others.
    Result<void> write_contents() { return files_.write(directory_ + "/contents.txt", contents_); }

private:
    void tell(std::string_view item, std::string_view outcome) {
        contents_ += compose("{}: {}\n", item, outcome);
    }

    void keep(const std::string& path, const std::string& content, const std::string& item) {
        const auto written = files_.write(compose("{}/{}", directory_, path), content);
        if (!written) {
            tell(item, written.error().message);
        }
    }

    void collect_file(const std::string& path) {
        const auto content = files_.read(path);
        if (content) {
            tell(path, "ok");
            keep("files" + path, *content, path);
        } else {
            const bool missing = content.error().code == ErrorCode::not_found;
            tell(path, missing ? "not there" : content.error().message);
        }
    }

    void collect_command(const std::string& name, const std::string& item, Milliseconds limit) {
        const auto words = words_to_run(item);
        if (limit == Milliseconds(0) || room_ == 0) {
            const std::string_view what = room_ == 0 ? "room" : "time";
            tell(item, compose("left out: the {} for all commands was over", what));
            return;
        }
        if (words.front().front() != '/' && !programs_.available(words.front())) {
            tell(item, "this machine has no such program");
            return;
        }
        std::string output;
        const auto problem = read_all(words, limit, output);
        tell(item, problem.empty() ? "ok" : problem);
        room_ -= std::min(room_, output.size());
        if (!output.empty()) {
            keep(compose("commands/{}", name), output, item);
        }
        texts_.insert_or_assign(name, std::move(output));
    }

    /// Returns why the output is incomplete; "" if it is complete.
    std::string
    read_all(const std::vector<std::string>& words, Milliseconds limit, std::string& output) {
        auto stream = programs_.stream(words, limit);
        if (!stream) {
            return stream.error().message;
        }
        Buffer buffer{};
        const auto read = for_each_piece(**stream, buffer, [&](std::span<const std::byte> piece) {
            output.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            return output.size() < std::min(longest_output, room_)
                       ? Result<void>()
                       : failure(ErrorCode::io, "cut off: it says more than there is room for");
        });
        return read ? "" : read.error().message;
    }

    std::string directory_;
    std::string contents_;
    CollectedTexts texts_;
    std::size_t room_ = most_output;
    SystemFiles files_;
    SystemPrograms programs_;
};

/// Packs a directory below `parent` into an open file.
Result<void> pack(const std::string& parent, const std::string& name, NewFile& target) {
    SystemPrograms programs;
    auto stream = TRY(programs.stream(
        {"tar", "--create", "--gzip", "--directory", parent, "--owner=0", "--group=0", name},
        for_packing
    ));
    Buffer buffer{};
    auto written = for_each_piece(*stream, buffer, [&](std::span<const std::byte> piece) {
        return target.write(piece);
    });
    return written ? target.publish() : written;
}

/// The directory for collecting. It is removed in any case.
class BundleDirectory {
public:
    BundleDirectory() = default;
    BundleDirectory(const BundleDirectory&) = delete;
    BundleDirectory& operator=(const BundleDirectory&) = delete;
    BundleDirectory(BundleDirectory&&) = delete;
    BundleDirectory& operator=(BundleDirectory&&) = delete;

    ~BundleDirectory() { std::ignore = remove_directory(path_); }

    /// Also removes what a killed run has left.
    Result<void> make_empty() {
        auto removed = remove_directory(path_);
        return removed ? make_directories(path_) : removed;
    }

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_{paths::bundle_directory};
};

/// The file comes first, so that a script takes the first line. Where the bundle itself went to
/// standard output, people read the other one.
void tell_result(const std::string& path, const std::vector<std::string>& odd) {
    std::FILE* const out = path.empty() ? stderr : stdout;
    if (!path.empty()) {
        std::fprintf(out, "%s\n", path.c_str());
    }
    std::fputs(odd.empty() ? "nothing odd was found\n" : "odd:\n", out);
    for (const auto& line : odd) {
        std::fprintf(out, "  %s\n", line.c_str());
    }
}

Result<NewFile> open_target(const Command& command, const std::string& name) {
    if (command.output != "-") {
        return NewFile::make(
            command.output.empty() ? compose("{}/{}.tar.gz", paths::bundle_target, name)
                                   : command.output
        );
    }
    if (::isatty(STDOUT_FILENO) == 1) {
        return failure(ErrorCode::usage, "a terminal cannot show a tar.gz: use a pipe, or -o FILE");
    }
    return NewFile::standard_output();
}

}  // namespace

Result<int> diagnose(const Command& command) {
    if (::geteuid() != 0) {
        return failure(
            ErrorCode::permission,
            "diagnose reads journal and state of the node and must run as root"
        );
    }
    const auto name = bundle_name();
    // First, so that nobody waits for a bundle that cannot be written.
    auto target = open_target(command, name);
    if (!target) {
        return tl::unexpected(target.error());
    }
    const auto bundling = TRY(Lock::acquire(std::string(paths::bundle_lock)));
    BundleDirectory directory;
    TRY(directory.make_empty());
    Collector collector(compose("{}/{}", directory.path(), name));
    collector.collect_files();
    collector.collect_commands();
    const auto odd = collector.note_oddities();
    TRY(collector.write_contents());
    if (auto packed = pack(directory.path(), name, *target); !packed) {
        return failure("the bundle could not be written", packed.error());
    }
    tell_result(target->path(), odd);
    return 0;
}

namespace {

// The most telling commands come first: the time may run out.
constexpr BundledCommand commands[] = {
    {"status.txt", "onload-node status"},
    {"status.json", "onload-node status --json"},
    {"plan.txt", "onload-node plan"},
    {"verify.txt", "onload-node verify"},
    {"nics.txt", "onload-node nics"},
    {"nics.json", "onload-node nics --json"},
    {"trees.json", "onload-node trees --json"},
    {"journal.txt",
     "journalctl --no-pager --boot --output short-precise --lines 20000 --unit onload-node* --unit "
     "sfptpd* --unit chronyd* --unit systemd-udevd*"},
    {"kernel.txt", "journalctl --no-pager --boot --dmesg --output short-precise --lines 20000"},
    {"journal-of-the-boot-before.txt",
     "journalctl --no-pager --boot -1 --output short-precise --lines 20000 --unit onload-node* "
     "--unit sfptpd* --unit chronyd*"},
    {"kernel-of-the-boot-before.txt",
     "journalctl --no-pager --boot -1 --dmesg --output short-precise --lines 20000"},
    {"boots.txt", "journalctl --no-pager --list-boots"},
    {"units.txt",
     "systemctl status --no-pager --full --all --lines 0 onload-node* sfptpd* chronyd* "
     "network-pre.target"},
    {"failed-units.txt", "systemctl --no-pager --failed"},
    {"jobs.txt", "systemctl --no-pager list-jobs"},
    {"pci.txt", "lspci -nnkvv"},
    {"interfaces.txt", "ip -details -statistics link"},
    {"addresses.txt", "ip address"},
    {"routes.txt", "ip route show table all"},
    {"udev.txt", "udevadm info --export-db"},
    {"networkmanager.txt", "nmcli --terse device"},
    {"sfc.txt", "modinfo sfc"},
    {"stackdump.txt", "onload_stackdump lots"},
    {"clocks.txt",
     "systemctl --no-pager --plain --no-legend list-units sfptpd.service chronyd.service "
     "ntpd.service systemd-timesyncd.service ptp4l.service phc2sys.service timemaster.service"},
    {"selinux-labels.txt",
     "ls -ldZ /opt /opt/lib/modules /opt/onload /opt/onload/usr/lib64 /usr/local/bin/onload-node "
     "/usr/local/sbin/onload_cp_server /usr/local/sbin/sfptpd /var/lib/onload-node "
     "/run/onload-node /run/cdi"},
    // Where there is no audit daemon the denials are in the kernel's log.
    {"selinux-denials.txt", "ausearch --message AVC,USER_AVC,SELINUX_ERR --start boot"},
    {"deployments.txt", "rpm-ostree status"},
    {"chrony.txt", "chronyc -n tracking"},
    {"disks.txt", "df --human-readable --output /run /var /opt"},
};

}  // namespace

std::span<const BundledCommand> bundled_commands() {
    return commands;
}

}  // namespace onload_node
