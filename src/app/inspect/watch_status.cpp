// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/inspect_commands.hpp"
#include "app/output/output_parts.hpp"
#include "app/output/terminal.hpp"
#include "base/text.hpp"
#include "core/model/exit_status.hpp"
#include "core/model/paths.hpp"
#include "system/files/files.hpp"
#include "system/files/watched_paths.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// The file of both that everybody may read.
constexpr std::string_view watched_file = paths::public_status_json;
/// Who cannot be told of changes looks this often; and whoever can, too, since not every fact of a
/// node (a link, say) makes somebody write the file.
constexpr Milliseconds look_again = std::chrono::seconds(30);
/// A change of the node is told by several files, one shortly after the other.
constexpr Milliseconds quiet = std::chrono::milliseconds(100);

constexpr std::string_view clear_screen = "\033[H\033[2J\033[3J";

/// What somebody should know of the file before a look of ours; "" if there is nothing.
std::string complaint_of_file() {
    const auto text = SystemFiles().read(watched_file);
    if (!text) {
        return compose(
            "{} is not there yet: onload-node has not run in this boot; waiting for it",
            watched_file
        );
    }
    constexpr std::string_view key = "\"schema\" :";
    const auto at = text->find(key);
    const std::string_view rest =
        at == std::string::npos ? "" : std::string_view(*text).substr(at + key.size());
    const auto schema = trimmed(rest.substr(0, rest.find_first_of(",\n}")));
    return schema == std::to_string(status_schema)
               ? ""
               : compose(
                     "{} is of schema {}, which this onload-node does not know: another version "
                     "has "
                     "written it",
                     watched_file,
                     schema
                 );
}

/// False when nobody reads any more what is printed.
Result<bool> wait_for_change(WatchedPaths& watched) {
    std::array<pollfd, 2> descriptors = {
        {{watched.descriptor(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}}};
    const int ready =
        ::poll(descriptors.data(), descriptors.size(), static_cast<int>(look_again.count()));
    if (ready < 0 && errno != EINTR) {
        return errno_failure("cannot wait for a change", errno);
    }
    if ((descriptors[1].revents & POLLERR) != 0) {
        return false;
    }
    if (ready > 0) {
        ::poll(nullptr, 0, static_cast<int>(quiet.count()));
    }
    static_cast<void>(watched.take_events());
    return true;
}

}  // namespace

Result<int> watch_status(const Command& command) {
    const bool screen = ::isatty(STDOUT_FILENO) == 1;
    WatchedPaths watched;
    std::string before;
    for (;;) {
        watched.watch({std::string(watched_file)});
        const auto complaint = complaint_of_file();
        std::string text = complaint.empty() ? "" : complaint + "\n";
        text += TRY(status_output(command));
        if (text != before) {
            print(compose("{}{}", screen ? clear_screen : before.empty() ? "" : "\n", text));
            before = std::move(text);
        }
        if (!TRY(wait_for_change(watched))) {
            return exit_status::ok;
        }
    }
}

}  // namespace onload_node
