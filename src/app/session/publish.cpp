// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/publish.hpp"

#include "app/output/output.hpp"
#include "app/session/node_report.hpp"
#include "core/model/exit_status.hpp"
#include "core/model/paths.hpp"
#include "core/model/units.hpp"
#include "core/reporting/labels.hpp"
#include "system/systemd/journal.hpp"

namespace onload_node {

namespace {

/// Leaves a file alone that has this content already, so as not to wake those that watch it.
Result<void> write_if_changed(Files& files, std::string_view path, const std::string& content) {
    const auto present = files.read(path);
    return present && *present == content ? Result<void>() : files.write(path, content);
}

/// The label file would survive a reboot, so its removal is arranged before it is written.
Result<void>
publish_labels(const Report& report, const PublishConfig& config, const NodeAccess& access) {
    const std::string path(paths::label_file);
    if (!config.nfd) {
        return access.files.remove(path);
    }
    const std::string directory(paths::label_directory);
    if (!access.files.exists(directory)) {
        return failure(
            ErrorCode::not_found,
            directory + " is not there; Node Feature Discovery makes it, and publish.nfd = false "
                        "does without"
        );
    }
    TRY(access.units.remove_at_shutdown(std::string(units::labels), path));
    return write_if_changed(access.files, path, label_file_content(report));
}

/// Writes the spec, or removes an old one if there is nothing to offer.
Result<void> publish_cdi(const Report& report, Files& files) {
    return report.offer.spec.empty() ? files.remove(paths::cdi_spec)
                                     : write_if_changed(files, paths::cdi_spec, report.offer.spec);
}

}  // namespace

int publish(Report report, const PublishConfig& config, Node& node) {
    const std::string text = sentence(report);
    const auto access = node.access();
    tell_of_kubelet(report, access.files);
    // First of all: who reads in the status that there is a spec looks for it.
    if (const auto offered = publish_cdi(report, access.files); !offered) {
        access.progress.notice("no CDI devices for containers: " + offered.error().message);
    }
    const auto json = status_json(report);
    for (const auto path : {paths::public_status_json, paths::status_json}) {
        if (const auto written = write_if_changed(access.files, path, json); !written) {
            access.progress.notice(
                "the status file could not be written: " + written.error().message
            );
        }
    }
    if (const auto labelled = publish_labels(report, config, access); !labelled) {
        access.progress.notice("no node labels: " + labelled.error().message);
    }
    access.progress.notice(text);
    notify_status(text);
    return exit_status_of(report.state, report.code);
}

}  // namespace onload_node
