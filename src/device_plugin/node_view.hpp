// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "device_plugin/offer.hpp"
#include "device_plugin/onload_libraries.hpp"
#include "device_plugin/options.hpp"

#include <set>
#include <string>

namespace onload_node::device_plugin {

/// The node as the plugin sees it.
class NodeView final {
public:
    explicit NodeView(const Options& options);

    [[nodiscard]] Seen look();

    /// The paths that the health depends on; `seen`: what was found last.
    [[nodiscard]] std::set<std::string> paths(const Seen& seen) const;

    /// Why what we look at is not the host's any more: a directory that was mounted for us has been
    /// removed on the host, and another with its name is not seen here. "" if that is not so.
    [[nodiscard]] std::string stale_mount() const;

private:
    [[nodiscard]] Result<NodeStatus> status() const;
    [[nodiscard]] Result<NodeStatus> published_status() const;
    [[nodiscard]] std::string missing_device(const Result<NodeStatus>& status) const;
    [[nodiscard]] std::string control_plane_problem() const;
    [[nodiscard]] std::set<std::int64_t> numa_nodes(const Result<NodeStatus>& status) const;
    [[nodiscard]] std::string seen_at(std::string_view device) const;

    const Options& options_;
    LibraryView libraries_;
};

}  // namespace onload_node::device_plugin
