// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/publish.hpp"

#include "app/output/output.hpp"
#include "core/model/names.hpp"
#include "core/reporting/cdi.hpp"
#include "core/reporting/labels.hpp"
#include "stage/record.hpp"
#include "system/systemd/notify.hpp"

namespace onload_node {

namespace {

/// A file that says the same already is left alone: who watches it is not woken for nothing.
Result<void> write_if_changed(Files& files, const std::string& path, const std::string& content) {
    const auto present = files.read(path);
    return present && *present == content ? Result<void>() : files.write(path, content);
}

/// The labels outlive a boot on the disk, so their removal is arranged before they are written.
Result<void> publish_labels(const Report& report, const PublishConfig& config, const Ports& ports) {
    const std::string path(names::label_file);
    if (!config.nfd) {
        return ports.files.remove(path);
    }
    const std::string directory(names::label_directory);
    if (!ports.files.exists(directory)) {
        return failure(
            ErrorCode::not_found,
            directory + " is not there; Node Feature Discovery makes it, and publish.nfd = false "
                        "does without"
        );
    }
    if (auto arranged = ports.units.remove_at_shutdown(std::string(names::unit_labels), path);
        !arranged) {
        return arranged;
    }
    return write_if_changed(ports.files, path, label_file_content(report));
}

UserLibraries look_at_libraries(const Files& files) {
    return {
        files.exists(std::string(names::preloaded_library)),
        files.executable(std::string(names::user_command)),
        read_stage_record(files).user_version};
}

/// What cannot be offered is not left from before.
Result<void> publish_cdi(const Report& report, const PublishConfig& config, Files& files) {
    const std::string path(names::cdi_spec);
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
    const auto ports = node.ports();
    const std::string path(names::status_json);
    if (const auto written = write_if_changed(ports.files, path, status_json(report)); !written) {
        ports.progress.notice("the status file could not be written: " + written.error().message);
    }
    if (const auto labelled = publish_labels(report, config, ports); !labelled) {
        ports.progress.notice("no node labels: " + labelled.error().message);
    }
    if (const auto offered = publish_cdi(report, config, ports.files); !offered) {
        ports.progress.notice("no CDI devices for containers: " + offered.error().message);
    }
    ports.progress.notice(text);
    notify_status(text);
    return exit_status(report);
}

}  // namespace onload_node
