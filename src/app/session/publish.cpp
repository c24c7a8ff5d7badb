// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/publish.hpp"

#include "app/output/output.hpp"
#include "core/model/paths.hpp"
#include "core/model/units.hpp"
#include "core/reporting/cdi.hpp"
#include "core/reporting/labels.hpp"
#include "stage/record.hpp"
#include "system/systemd/journal.hpp"

namespace onload_node {

namespace {

/// Leaves a file alone that has this content already, so as not to wake those that watch it.
Result<void> write_if_changed(Files& files, const std::string& path, const std::string& content) {
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

UserLibraries look_at_libraries(const Files& files) {
    return {
        files.exists(paths::preloaded_library),
        files.executable(paths::user_command),
        read_user_version(files)};
}

/// Writes the spec, or removes an old one if there is nothing to offer.
Result<void> publish_cdi(const Report& report, const PublishConfig& config, Files& files) {
    const std::string path(paths::cdi_spec);
    const auto spec = config.cdi ? cdi_spec(report, look_at_libraries(files)) : std::string();
    if (spec && !spec->empty()) {
        return write_if_changed(files, path, *spec);
    }
    const auto removed = files.remove(path);
    return spec ? removed : tl::unexpected(spec.error());
}

}  // namespace

int publish(const Report& report, const PublishConfig& config, Node& node) {
    const std::string text = sentence(report);
    const auto access = node.access();
    const std::string path(paths::status_json);
    if (const auto written = write_if_changed(access.files, path, status_json(report)); !written) {
        access.progress.notice("the status file could not be written: " + written.error().message);
    }
    if (const auto labelled = publish_labels(report, config, access); !labelled) {
        access.progress.notice("no node labels: " + labelled.error().message);
    }
    if (const auto offered = publish_cdi(report, config, access.files); !offered) {
        access.progress.notice("no CDI devices for containers: " + offered.error().message);
    }
    access.progress.notice(text);
    notify_status(text);
    return exit_status(report.state, report.code);
}

}  // namespace onload_node
