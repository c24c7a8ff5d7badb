// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"
#include "app/progress/live_meter.hpp"
#include "app/session/node.hpp"
#include "app/session/node_kernels.hpp"
#include "app/stage/stage_commands.hpp"
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "core/model/sets.hpp"
#include "core/model/units.hpp"
#include "stage/libraries.hpp"
#include "stage/record.hpp"
#include "stage/staging.hpp"
#include "system/files/work_area.hpp"
#include "system/modules/kmod_trees.hpp"
#include "system/processes/programs.hpp"
#include "system/selinux/selinux.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace onload_node {

namespace {

constexpr Milliseconds first_pause = std::chrono::seconds(15);
constexpr Milliseconds longest_pause = std::chrono::minutes(5);
constexpr unsigned attempts = 8;

/// One source to stage.
struct Job {
    Source source;
    std::string kernel;  ///< whose modules to stage; "" for all that it has
};

void tell(const std::string& line) {
    std::printf("%s\n", line.c_str());
}

class StageRun {
public:
    StageRun(const Command& command, const Config& config)
        : command_(command)
        , config_(config)
        , root_(command.root.value_or(""))
        , trusted_{command.root ? ::geteuid() : 0}
        , node_(root_, trusted_, digests_for(config, root_))
        , trees_(node_.sensors().trees, std::nullopt, trusted_)
        , sensors_(with_trees(node_.sensors(), trees_))
        , boot_id_(first_line(SystemFiles().read(paths::boot_id).value_or(""))) {}

    Result<void> prepare() {
        auto kernels = TRY(node_kernels(command_, sensors_));
        kernels_ = std::move(kernels);
        // The next kernel's own modules may be in the deployment that boots it.
        trees_ = DeploymentTrees(node_.sensors().trees, kernels_.next, trusted_);
        if (!kernels_.problem.empty() && !command_.root) {
            std::fprintf(
                stderr,
                "onload-node: %s; only the running kernel is staged for\n",
                kernels_.problem.c_str()
            );
        }
        return check_tree(command_, config_);
    }

    /// What there is to do; empty if everything is staged as configured.
    Result<std::vector<Job>> jobs() {
        std::vector<Job> all;
        missing_.reset();
        const auto sources = TRY(wanted());
        for (const auto& source : sources) {
            if (auto job = job_of(source)) {
                all.push_back(std::move(*job));
            }
        }
        return all;
    }

    /// Stages each source in turn. One that fails keeps none of the others from the node: the error
    /// is that of the first, or of the first that another try may help; the rest is printed here.
    Result<void> carry_out_all() {
        Result<void> all;
        const auto sources = TRY(wanted());
        for (const auto& source : sources) {
            // Asked anew for each: the one before may have brought what this one has to replace.
            if (const auto job = job_of(source)) {
                note_failure(all, carry_out(*job));
            }
        }
        TRY(retire_libraries());
        return all;
    }

    /// Libraries of an earlier boot that no pod can have any more.
    [[nodiscard]] bool retirement_due() const {
        return Libraries::any_due(read_stage_record(sensors_.files), boot_id_);
    }

    /// Fails if a source was missing. Called after the other jobs: a file that is missing for one
    /// kernel must not leave the other without its modules.
    [[nodiscard]] Result<void> nothing_missing() const {
        return missing_ ? Result<void>(tl::unexpected(*missing_)) : Result<void>();
    }

    [[nodiscard]] bool configured() const {
        return !command_.source.empty() || config_.stage.sources_by_kernel ||
               !config_.stage.sources.empty();
    }

    Result<void> carry_out(const Job& job) {
        LiveMeter meter;
        auto opened = TRY(open_source(job.source, command_, config_.stage, programs_, meter));
        return put(opened, order_of(job, opened.digest), meter);
    }

    /// Puts a kept set in the place of what is staged. Cut short, the next boot finishes it.
    Result<void> use(const std::string& which, bool by_boot) {
        const auto kernel = command_.kernel.empty() ? kernels_.running : command_.kernel;
        if (kernel.empty()) {
            return failure(
                ErrorCode::usage, "below another root the kernel has to be given: --kernel"
            );
        }
        const auto kept = TRY(find_kept_set(root_, config_.driver.tree, kernel, which));
        if (!kept.in_place) {
            const Job job{kept.source, kernel};
            LiveMeter meter;
            auto opened = TRY(open_source(job.source, command_, config_.stage, programs_, meter));
            auto order = order_of(job, kept.image);
            order.kept_set = kept.digest;
            order.by_boot = by_boot;
            TRY(put(opened, order, meter));
        }
        tell(compose("in place: the set {}", short_digest(kept.digest)));
        return {};
    }

    /// What is left to do once everything is staged.
    Result<void> follow_up() {
        if (!command_.root) {
            // The status lists what is staged. On a machine without the unit nobody reads it.
            static_cast<void>(sensors_.units.restart(std::string(units::refresh)));
        }
        const bool now = config_.stage.then == AfterStaging::now && !command_.root;
        return now && running_staged_ ? activate_now(config_, sensors_, programs_) : Result<void>();
    }

private:
    Result<void> put(OpenSource& opened, const StagingOrder& order, LiveMeter& meter) {
        SystemWorkArea modules(root_, work_tree(config_.driver.tree));
        SystemWorkArea user(root_, std::string(paths::user_work_directory));
        SystemFiles files(root_);
        Config in_area = config_;
        in_area.driver.tree = work_tree(config_.driver.tree);
        const auto verdict = [&](const std::string& kernel) {
            meter.begin(compose("verifying the modules for {}", kernel));
            auto judged = tree_verdict(in_area, sensors_, kernel, command_.root.has_value());
            meter.begin("putting it in place");
            return judged;
        };
        const auto for_containers = [&](const std::string& libraries) {
            return selinux::set_type(root_ + libraries, selinux::libraries_type);
        };
        const auto say = [&](const std::string& line) { meter.beside([&] { tell(line); }); };
        const StagingAccess access{
            modules, user, programs_, files, sensors_.trees, verdict, for_containers, say};
        const auto staged = TRY(stage_image(*opened.entries, order, access));
        meter.end();
        report(staged);
        return {};
    }

    /// None below another root: it is unknown what runs there.
    [[nodiscard]] std::vector<std::string> needed_kernels() const {
        std::vector<std::string> kernels;
        if (command_.root) {
            return kernels;
        }
        for (const auto& kernel : {kernels_.running, kernels_.pending}) {
            if (!kernel.empty()) {
                kernels.push_back(kernel);
            }
        }
        return kernels;
    }

    /// All sources, in the order in which they are staged. Notes in missing_ for which kernel the
    /// configuration has none.
    Result<std::vector<Wanted>> wanted() {
        const auto has_modules = [&](const std::string& kernel) {
            return sensors_.trees.open(config_.driver.tree, kernel)->present();
        };
        auto wanted = TRY(wanted_sources(command_, config_.stage, needed_kernels(), has_modules));
        if (wanted.missing) {
            missing_ = std::move(wanted.missing);
        }
        return std::move(wanted.all);
    }

    [[nodiscard]] std::set<std::string> configured_sources() const {
        auto kernels = needed_kernels();
        kernels.push_back(command_.kernel);
        for (const auto& tree : read_stage_record(sensors_.files).trees) {
            kernels.push_back(tree.kernel);
        }
        return all_configured(config_.stage, kernels);
    }

    /// What a source still has to bring. Notes in missing_ when it is not there.
    std::optional<Job> job_of(const Wanted& wanted) {
        const auto source = find_source(wanted.source);
        // Even if the source file is gone, what was staged from it counts.
        const auto kernels = wanted.kernel.empty() ? needed_kernels() : std::vector{wanted.kernel};
        const std::string stamp = source ? file_stamp(*source) : "";
        if (command_.source.empty() &&
            already_staged(wanted.source, stamp, kernels, config_.driver.tree, sensors_)) {
            return std::nullopt;
        }
        if (!source) {
            missing_ = source.error();
            return std::nullopt;
        }
        return Job{*source, wanted.kernel};
    }

    static void note_failure(Result<void>& all, const Result<void>& done) {
        if (done) {
            return;
        }
        if (all) {
            all = done;
            return;
        }
        const bool better =
            worth_another_try(done.error().code) && !worth_another_try(all.error().code);
        const Error& other = better ? all.error() : done.error();
        std::fprintf(stderr, "onload-node: %s\n", other.message.c_str());
        all = better ? done : all;
    }

    Result<void> retire_libraries() {
        if (!retirement_due()) {
            return {};
        }
        SystemWorkArea area(root_, std::string(paths::user_work_directory));
        SystemFiles files(root_);
        TRY(area.begin());
        auto record = read_stage_record(files);
        const auto gone = TRY(Libraries(area, files, boot_id_).retire(record));
        report_retired(gone);
        TRY(write_stage_record(files, record));
        return area.discard();
    }

    static void report_retired(const std::vector<std::string>& folders) {
        for (const auto& folder : folders) {
            tell(compose("removed: user libraries in {}/{}", paths::user_directory, folder));
        }
    }

    [[nodiscard]] StagingOrder order_of(const Job& job, const std::string& digest) const {
        StagingOrder order;
        order.source = job.source.text;
        order.digest = digest;
        order.tree = config_.driver.tree;
        order.only_kernel = job.kernel;
        for (const auto& kernel : sensors_.trees.kernels("")) {
            order.known.insert(kernel);
        }
        for (const auto& kernel : needed_kernels()) {
            order.known.insert(kernel);
            order.needed.insert(kernel);
        }
        if (command_.root) {
            // It is unknown which of them runs there.
            order.needed = order.known;
        }
        order.boot_id = boot_id_;
        if (command_.source.empty()) {
            order.configured = configured_sources();
        }
        order.keep = command_.keep.value_or(config_.stage.keep);
        if (sensors_.files.exists(paths::selinux)) {
            order.relabel = !command_.root;
            const auto context = sensors_.files.read(paths::own_context).value_or("");
            order.context = context.substr(0, context.find('\0'));
        }
        if (job.source.kind == SourceKind::tar) {
            order.hint = "; an image archive is given as oci-archive:FILE or docker-archive:FILE";
        }
        return order;
    }

    void report(const Staged& staged) {
        for (const auto& kernel : staged.kernels) {
            tell(compose("staged: modules for kernel {}", kernel));
            running_staged_ = running_staged_ || kernel == kernels_.running;
        }
        for (const auto& program : staged.programs) {
            tell(compose("staged: {}/{}", paths::program_directory, program));
        }
        if (!staged.user.empty()) {
            tell(compose("staged: user libraries in {}/{}", paths::user_directory, staged.user));
        }
        report_retired(staged.retired);
        for (const auto& kernel : staged.pruned) {
            tell(compose("removed: modules for kernel {}", kernel));
        }
    }

    const Command& command_;
    const Config& config_;
    std::string root_;
    TrustedOwner trusted_;
    Node node_;
    DeploymentTrees trees_;
    Sensors sensors_;
    SystemPrograms programs_;
    NodeKernels kernels_;
    std::string boot_id_;  ///< of this machine: it is its pods that may hold libraries below a root
    std::optional<Error> missing_;
    bool running_staged_ = false;
};

Result<void> stage_once(const Command& command, const Config& config) {
    StageRun run(command, config);
    TRY(run.prepare());
    const auto looked = TRY(run.jobs());
    if (auto complete = run.nothing_missing(); looked.empty() && !complete) {
        return complete;
    }
    if (looked.empty()) {
        tell(
            run.configured() ? "nothing to stage: what is configured is staged"
                             : "nothing to stage: no SOURCE is given, and [stage] source is not set"
        );
    }
    if (looked.empty() && !run.retirement_due()) {
        return {};
    }
    const auto lock = TRY(lock_staging(command));
    // Asks anew what there is to do: somebody else may have staged it before we got the lock.
    const auto staged = run.carry_out_all();
    TRY(run.follow_up());
    return staged ? run.nothing_missing() : staged;
}

}  // namespace

Result<void>
use_set(const Command& command, const Config& config, const std::string& which, UsedBy by) {
    StageRun run(command, config);
    TRY(run.prepare());
    const auto lock = TRY(lock_staging(command));
    TRY(run.use(which, by == UsedBy::boot));
    return by == UsedBy::boot ? Result<void>() : run.follow_up();
}

Result<int> stage(const Command& command) {
    const auto config = TRY(load_config(command));
    TRY(check_rights(command));
    if (!command.use.empty() && !command.source.empty()) {
        return failure(ErrorCode::usage, "stage takes a SOURCE or --use, not both");
    }
    if (!command.use.empty()) {
        TRY(use_set(command, config, command.use, UsedBy::person));
        return 0;
    }
    Milliseconds pause = first_pause;
    for (unsigned attempt = 1;; ++attempt) {
        const auto done = stage_once(command, config);
        if (done) {
            return 0;
        }
        if (!command.retry || attempt == attempts || !worth_another_try(done.error().code)) {
            return tl::unexpected(done.error());
        }
        std::fprintf(
            stderr,
            "onload-node: %s; once more in %lld s\n",
            done.error().message.c_str(),
            static_cast<long long>(pause.count() / 1000)
        );
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, longest_pause);
    }
}

}  // namespace onload_node
