// SPDX-License-Identifier: BSD-2-Clause
#include "app/session/publish.hpp"

#include "app/output/output.hpp"
#include "app/session/node_report.hpp"
#include "base/text.hpp"
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
        // The default is for clusters with Node Feature Discovery and for those without.
        return config.nfd_asked_for ? failure(
                                          ErrorCode::not_found,
                                          directory + " is not there; Node Feature Discovery makes "
                                                      "it, and publish.nfd = false does without"
                                      )
                                    : Result<void>();
    }
    TRY(access.units.remove_at_shutdown(std::string(units::labels), path));
    return write_if_changed(access.files, path, label_file_content(report));
}

/// Writes the spec, or removes an old one if there is nothing to offer.
Result<void> publish_cdi(const Report& report, Files& files) {
    return report.offer.spec.empty() ? files.remove(paths::cdi_spec)
                                     : write_if_changed(files, paths::cdi_spec, report.offer.spec);
}

/// Both of what is public, and of what is root's.
void write_status(const Report& report, const NodeAccess& access) {
    const auto json = status_json(report);
    for (const auto path : {paths::public_status_json, paths::status_json}) {
        if (const auto written = write_if_changed(access.files, path, json); !written) {
            access.progress.notice(
                "the status file could not be written: " + written.error().message
            );
        }
    }
}

/// What the journal has been told, so that it is not told again what has not changed.
class Told {
public:
    explicit Told(Files& files) : files_(files) {
        const auto text = files.read(paths::last_said).value_or("");
        const auto end = text.find('\n');
        before_.sentence = text.substr(0, end);
        before_.labels = end == std::string::npos ? "" : text.substr(end + 1);
    }

    [[nodiscard]] bool sentence(const std::string& text) const { return before_.sentence == text; }

    [[nodiscard]] bool labels(const std::string& complaint) const {
        return before_.labels == complaint;
    }

    /// One that cannot be kept is told once more.
    void keep(const std::string& sentence, const std::string& labels) {
        if (sentence != before_.sentence || labels != before_.labels) {
            static_cast<void>(files_.write(paths::last_said, compose("{}\n{}", sentence, labels)));
        }
    }

private:
    struct Lines {
        std::string sentence;
        std::string labels;
    };

    Files& files_;
    Lines before_;
};

std::string with_duration(const std::string& text, const Report& report) {
    const bool known = report.state == State::active && report.run.took_ms > 0;
    return known ? compose("{}; apply took {} ms", text, std::to_string(report.run.took_ms)) : text;
}

/// PID 1 shows it from now on. `systemctl status` of an unfinished run has its steps as well.
void show(const std::string& text, const NodeAccess& access) {
    if (const auto shown = access.units.set_description(std::string(units::self), text); !shown) {
        access.progress.detail("systemctl does not show the state: " + shown.error().message);
    }
    notify_status("");
}

}  // namespace

int publish(Report report, const PublishConfig& config, Node& node, Telling telling) {
    const std::string text = sentence(report);
    const auto access = node.access();
    tell_of_kubelet(report, access.files);
    // First of all: who reads in the status that there is a spec looks for it.
    if (const auto offered = publish_cdi(report, access.files); !offered) {
        access.progress.notice("no CDI devices for containers: " + offered.error().message);
    }
    write_status(report, access);
    const auto labelled = publish_labels(report, config, access);
    const auto complaint = labelled ? "" : "no node labels: " + labelled.error().message;
    Told told(access.files);
    if (!complaint.empty() && !told.labels(complaint)) {
        access.progress.notice(complaint);
    }
    show(text, access);
    if (telling == Telling::always || !told.sentence(text)) {
        access.progress.concluding(report.state, report.code, with_duration(text, report));
    }
    told.keep(text, complaint);
    return exit_status_of(report.state, report.code);
}

}  // namespace onload_node
