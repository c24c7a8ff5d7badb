// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/output/output.hpp"
#include "app/output/terminal.hpp"
#include "app/progress/live_meter.hpp"
#include "app/session/node.hpp"
#include "app/session/node_kernels.hpp"
#include "app/stage/stage_commands.hpp"
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/formats/kernel_config.hpp"
#include "core/model/exit_status.hpp"
#include "core/model/paths.hpp"
#include "core/model/reasons.hpp"
#include "core/planning/next_boot.hpp"
#include "core/verifying/verify_release.hpp"
#include "run/observe.hpp"
#include "stage/release_files.hpp"
#include "stage/staging.hpp"
#include "stage/tar_entries.hpp"
#include "system/files/byte_streams.hpp"
#include "system/files/directories.hpp"
#include "system/files/file_bytes.hpp"
#include "system/files/files.hpp"
#include "system/files/work_area.hpp"
#include "system/modules/release_trees.hpp"
#include "system/processes/end_request.hpp"
#include "system/processes/programs.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

namespace onload_node {

namespace {

/// Where images are unpacked to, for as long as this runs. What a killed run has left goes first.
class Unpacked {
public:
    static Result<Unpacked> begin(const Command& command) {
        if (::geteuid() != 0 && !command.root) {
            return failure(
                ErrorCode::permission,
                compose(
                    "what is no folder is unpacked below {}: run as root, or give an unpacked "
                    "folder",
                    paths::state_directory
                )
            );
        }
        // podman's container has one name: nobody stages meanwhile.
        auto lock = TRY(lock_staging(command));
        Unpacked unpacked(command.root.value_or(""), std::move(lock));
        TRY(remove_directory(unpacked.path()));
        return unpacked;
    }

    Unpacked(Unpacked&& other) noexcept
        : root_(std::move(other.root_)), lock_(std::exchange(other.lock_, std::nullopt)) {}

    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;
    Unpacked& operator=(Unpacked&&) = delete;

    ~Unpacked() {
        if (lock_) {
            static_cast<void>(remove_directory(path()));
        }
    }

    [[nodiscard]] std::string path() const { return compose("{}{}", root_, paths::gate_directory); }

private:
    Unpacked(std::string root, Lock lock) : root_(std::move(root)), lock_(std::move(lock)) {}

    std::string root_;
    std::optional<Lock> lock_;
};

/// The modules of a source, with what was found out about them.
struct Judged {
    Observed observed;
    std::vector<Check> checks;
    bool any = false;
};

Check refused(ReasonCode code, std::string why, std::string_view advice) {
    return {CheckId::tree, Verdict::failed, true, "", std::move(why), std::string(advice), code};
}

class ForRelease {
public:
    ForRelease(const Command& command, const Config& config)
        : command_(command)
        , config_(config)
        , root_(command.root.value_or(""))
        , trusted_{command.root ? ::geteuid() : 0}
        , node_(root_, trusted_) {}

    Result<int> run() {
        const auto folder = TRY(unpacked_release());
        meter_.begin(compose("verifying for {}", command_.release));
        const auto kernels = find_kernels(folder, command_.kernel);
        const auto chosen = choose_kernel(names_of(kernels, folder), command_.kernel);
        if (const auto* const check = std::get_if<Check>(&chosen)) {
            return tell({*check}, command_.kernel);
        }
        const auto& name = std::get<std::string>(chosen);
        const auto kernel = std::ranges::find(kernels, name, &KernelFolder::name);
        const auto checks =
            TRY(command_.modules.empty() ? check_staged(*kernel) : check_modules(*kernel));
        return tell(checks, name);
    }

private:
    Result<void> need_room() {
        if (!room_) {
            auto room = TRY(Unpacked::begin(command_));
            room_.emplace(std::move(room));
        }
        return {};
    }

    /// A folder with the files of the release: the one that was given, or what an image has.
    Result<std::string> unpacked_release() {
        const auto source = TRY(find_source(expand_source(command_.release, command_.kernel)));
        if (source.kind == SourceKind::directory) {
            return source.where.substr(0, source.where.find_last_not_of('/') + 1);
        }
        TRY(need_room());
        SystemWorkArea area(root_, compose("{}/release", paths::gate_directory));
        TRY(area.begin());
        auto opened = TRY(open_source(source, command_, config_.stage, programs_, meter_));
        ReleaseFiles files(area);
        TRY(files.take(*opened.entries));
        if (files.missing()) {
            meter_.begin(compose("reading {} again", source.text));
            TRY(read_again(source, opened));
            TRY(files.take_missing(*opened.entries));
        }
        return area.location();
    }

    /// Begins to read an open image or archive anew.
    Result<void> read_again(const Source& source, OpenSource& opened) {
        auto bytes = TRY(opened.image ? opened.image->files() : open_unpacked(source.where));
        auto counted = metered(std::move(bytes), meter_);
        opened.entries = std::make_unique<TarEntries>(*counted);
        opened.bytes = std::move(counted);
        return {};
    }

    [[nodiscard]] ReleaseKernels
    names_of(const std::vector<KernelFolder>& kernels, const std::string& folder) const {
        ReleaseKernels all;
        all.source = command_.release;
        for (const auto& kernel : kernels) {
            all.names.push_back(kernel.name);
        }
        const auto text = read_text_file(folder + "/etc/driver-toolkit-release.json");
        all.toolkit = parse_toolkit_release(text.value_or(""));
        return all;
    }

    /// What is staged against that kernel, and what the next boot makes of it.
    Result<std::vector<Check>> check_staged(const KernelFolder& folder) {
        Observed observed;
        auto checks = TRY(check_tree(config_, folder, observed));
        TRY(look_for_next_boot(observed, config_, node_.sensors()));
        add(checks, verify_next_boot(config_, observed));
        return checks;
    }

    static void add(std::vector<Check>& checks, const std::vector<Check>& more) {
        checks.insert(checks.end(), more.begin(), more.end());
    }

    /// The modules below `config.driver.tree` against that kernel.
    Result<std::vector<Check>>
    check_tree(const Config& config, const KernelFolder& folder, Observed& observed) {
        const ReleaseTrees trees(node_.sensors().trees, folder);
        const ReleaseKernel kernel = {
            command_.release,
            folder.name,
            folder.symvers,
            parse_kernel_config(read_text_file(folder.config).value_or(""))};
        const VerifyTarget target{
            folder.name, command_.root ? Scope::other_root : Scope::other_kernel};
        TRY(look_for_verify(observed, config, with_trees(node_.sensors(), trees), target));
        add_demands(observed, kernel);
        return verify_for_kernel(config, observed, kernel);
    }

    /// The modules that a source would stage.
    Result<std::vector<Check>> check_modules(const KernelFolder& folder) {
        TRY(need_room());
        Judged judged;
        const auto done = judge_source(folder, judged);
        if (!done && done.error().code != ErrorCode::mismatch) {
            return tl::unexpected(done.error());
        }
        if (!judged.any) {
            return std::vector{refused(
                ReasonCode::no_tree,
                done ? compose("{} has no modules for kernel {}", command_.modules, folder.name)
                     : done.error().message,
                facts_of(ReasonCode::no_tree).advice
            )};
        }
        if (!done) {
            judged.checks.push_back(refused(
                ReasonCode::user_libraries, done.error().message, "stage would refuse it: mend it"
            ));
        }
        return judged.checks;
    }

    Result<void> judge_source(const KernelFolder& folder, Judged& judged) {
        const auto text = expand_source(command_.modules, folder.name);
        const auto source = TRY(find_source(text));
        auto opened = TRY(open_source(source, command_, config_.stage, programs_, meter_));
        StagingOrder order;
        order.source = text;
        order.tree = paths::gate_directory;
        order.only_kernel = folder.name;
        const auto context = SystemFiles().read(paths::own_context).value_or("");
        if (SystemFiles().exists(paths::selinux)) {
            order.context = context.substr(0, context.find('\0'));
        }
        Config in_area = config_;
        in_area.driver.tree = work_tree(order.tree);
        SystemWorkArea modules(root_, in_area.driver.tree);
        SystemWorkArea user(root_, compose("{}/user", paths::gate_directory));
        SystemFiles files(root_);
        const auto verdict = [&](const std::string& /*kernel*/) -> Result<TreeVerdict> {
            judged.checks = TRY(check_tree(in_area, folder, judged.observed));
            judged.any = true;
            return TreeVerdict{TreeVerdict::Kind::passed, ""};
        };
        const auto nothing = [](const std::string& /*folder*/) { return Result<void>(); };
        const auto say = [](const std::string& /*line*/) {};
        const auto programs = TRY(judge_image(
            *opened.entries,
            order,
            {modules, user, programs_, files, node_.sensors().trees, verdict, nothing, say}
        ));
        return look_ahead(judged, programs);
    }

    /// What the next boot makes of the modules of a source, once they are staged.
    Result<void> look_ahead(Judged& judged, const std::set<std::string>& programs) {
        auto& observed = judged.observed;
        TRY(look_for_next_boot(observed, config_, node_.sensors()));
        // What became of the set that is in place does not count for them.
        observed.sets.clear();
        const auto server = control_plane_server(config_);
        const bool brought = std::ranges::any_of(programs, [&](const std::string& name) {
            return server == compose("{}/{}", paths::program_directory, name);
        });
        if (brought) {
            observed.control_plane_problem.clear();
        }
        add(judged.checks, verify_next_boot(config_, observed));
        return {};
    }

    [[nodiscard]] int tell(const std::vector<Check>& checks, const std::string& kernel) {
        meter_.end();
        print(
            command_.json ? release_json(checks, kernel, command_.release, command_.modules)
                          : verify_text(checks, colour_wanted())
        );
        return first_failed(checks, true) == nullptr ? exit_status::ok : exit_status::in_tree;
    }

    const Command& command_;
    const Config& config_;
    std::string root_;
    TrustedOwner trusted_;
    Node node_;
    SystemPrograms programs_;
    LiveMeter meter_;
    std::optional<Unpacked> room_;
};

}  // namespace

Result<int> verify_for_release(const Command& command) {
    if (command.pending || command.require_pending) {
        return failure(
            ErrorCode::usage,
            "verify takes --for-release or --pending; see onload-node verify --help"
        );
    }
    const auto config = TRY(load_config(command));
    const EndRequests heeded;
    const SinceThen begun;
    auto done = ForRelease(command, config).run();
    if (begun.told_to_end()) {
        return failure(ErrorCode::io, "told to end: nothing is known of the release");
    }
    return done;
}

}  // namespace onload_node
