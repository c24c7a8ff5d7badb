// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "app/cli/cli.hpp"
#include "app/progress/live_meter.hpp"
#include "core/access/node_access.hpp"
#include "core/access/staging_access.hpp"
#include "core/model/config.hpp"
#include "stage/image.hpp"
#include "system/files/lock.hpp"
#include "system/modules/module_file.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The parts of the stage command, one file each: activation.cpp, already_staged.cpp, kept_set.cpp,
/// preconditions.cpp, source.cpp, stage.cpp, wanted.cpp.
namespace onload_node {

/// Does what `[stage] then = "now"` asks for: has onload-node swap the drivers at once. If the
/// node's default route runs over one of its ports, says so and leaves the swap to the next boot.
[[nodiscard]] Result<void>
activate_now(const Config& config, const Sensors& sensors, Programs& programs);

/// Requires root for changes to what is staged, unless they are below another root directory.
[[nodiscard]] Result<void> check_rights(const Command& command);

/// Nothing is loaded by staging, so only pins need digests. They are a good part of verifying's
/// cost.
[[nodiscard]] Digests digests_for(const Config& config, const std::string& root);

/// True for what may pass: a registry may come back, but a refused image stays refused.
[[nodiscard]] bool worth_another_try(ErrorCode code);

/// Refuses a `driver.tree` whose lib/modules is the kernel's own (ErrorCode::config).
[[nodiscard]] Result<void> check_tree(const Command& command, const Config& config);

/// Only one process at a time changes what is staged. ErrorCode::busy names the other at once.
[[nodiscard]] Result<Lock> lock_staging(const Command& command);

/// Whether the node has what `source` gave when it was staged last, and, if that was modules, some
/// for each of `kernels`. `stamp`: of a file that it is now, else "". Cheap: looks at the record
/// and at what that lists, asks no registry, and so does not notice that a tag has moved.
[[nodiscard]] bool already_staged(
    const std::string& source,
    const std::string& stamp,
    const std::vector<std::string>& kernels,
    const std::string& tree,
    const Sensors& sensors
);

/// Who has a kept set put in place.
enum class UsedBy {
    person,  ///< it is wanted from now on
    boot,    ///< it stands in for the wanted one
};

/// Puts a kept set in the place of what is staged, as a whole and without a registry; what it
/// replaces is kept. `which`: "previous", or the start of a digest. The modules are verified before
/// as any others.
[[nodiscard]] Result<void>
use_set(const Command& command, const Config& config, const std::string& which, UsedBy by);

/// A kept set, to be staged like any other source.
struct KeptSet {
    std::string digest;
    bool in_place = false;
    Source source;      ///< the folder, under the name of what the set was staged from
    std::string image;  ///< the digest of that
};

/// Finds the kept set that `which` means (choose_set), and makes sure that it is whole.
[[nodiscard]] Result<KeptSet> find_kept_set(
    const std::string& root,
    const std::string& tree,
    const std::string& kernel,
    const std::string& which
);

/// One source that is asked for.
struct Wanted {
    std::string source;  ///< with the kernel filled in
    std::string kernel;  ///< whose modules to stage; "" for all that it has
};

struct WantedSources {
    std::vector<Wanted> all;       ///< in the order in which they are staged
    std::optional<Error> missing;  ///< ErrorCode::config: the table lacks a kernel, which is named
};

/// The SOURCE that was given, else those of the configuration. `needed`: the kernels that need
/// modules; ErrorCode::usage if a source asks for a kernel and there is none, as below another
/// root. A kernel that `has_modules` already may be left out of the table: it is on its way out.
[[nodiscard]] Result<WantedSources> wanted_sources(
    const Command& command,
    const StageConfig& config,
    const std::vector<std::string>& needed,
    const std::function<bool(const std::string& kernel)>& has_modules
);

/// All that the configuration names for one of `kernels`, or by a table for any.
[[nodiscard]] std::set<std::string>
all_configured(const StageConfig& config, const std::vector<std::string>& kernels);

/// A folder for what podman unpacks while it pulls, for as long as it lives, and for the note about
/// that pull. What a killed run has left goes first, but for the text of its note. Where there can
/// be no folder, podman takes its own place, and there is no note.
class PullScratch final : public PullNote {
public:
    explicit PullScratch(const std::string& root);
    PullScratch(const PullScratch&) = delete;
    PullScratch& operator=(const PullScratch&) = delete;
    PullScratch(PullScratch&&) = delete;
    PullScratch& operator=(PullScratch&&) = delete;
    ~PullScratch() override;

    /// An empty folder in it, for the layout of an image; "" where there can be none.
    [[nodiscard]] const std::string& layout() const { return layout_; }

    /// How much podman has brought: the sum of the most that each of its files has had here, as it
    /// takes them away when they are unpacked. Images that it unpacks as they come leave none.
    [[nodiscard]] std::uint64_t brought();

    [[nodiscard]] std::string left() const override { return left_; }

    void keep(const std::string& text) override;

private:
    std::string path_;
    std::string layout_;
    std::string left_;
    std::map<std::string, std::uint64_t> sizes_;  ///< by path
};

/// An open SOURCE, with everything that must live as long.
struct OpenSource {
    std::unique_ptr<PullScratch> scratch;
    std::optional<PulledImage> image;
    std::unique_ptr<ByteStream> bytes;
    std::unique_ptr<EntrySource> entries;
    std::string digest;
};

/// Parses a SOURCE; paths in it are on this machine.
[[nodiscard]] Result<Source> find_source(const std::string& text);

/// A SOURCE with its `${kernel}` filled in; paths in it are on this machine.
[[nodiscard]] std::string expand_source(const std::string& text, const std::string& kernel);

/// A cheap way to tell whether a file, or the image in a folder, has changed: size and time of the
/// file, of the image's manifest or of the layout's index. Empty for other sources.
[[nodiscard]] std::string file_stamp(const Source& source);

/// Opens a file or directory, or has podman fetch an image. `meter`, which has to outlive the
/// source, shows how far that is, and then how much is read of it.
[[nodiscard]] Result<OpenSource> open_source(
    const Source& source,
    const Command& command,
    const StageConfig& config,
    Programs& programs,
    LiveMeter& meter
);

}  // namespace onload_node
