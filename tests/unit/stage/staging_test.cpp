// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/paths.hpp"
#include "core/model/sets.hpp"
#include "stage/kept_sets.hpp"
#include "stage/libraries.hpp"
#include "stage/record.hpp"
#include "stage/set_record.hpp"
#include "stage/staging.hpp"
#include "stage/tar_entries.hpp"
#include "system/files/directory_entries.hpp"
#include "system/files/files.hpp"
#include "system/files/work_area.hpp"
#include "system/modules/kmod_trees.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;
using fixture::TarWriter;

/// Says that every program is there and ends well, and notes what was run.
class NotedPrograms final : public Programs {
public:
    [[nodiscard]] bool available(const std::string& name) const override {
        return !missing.contains(name);
    }

    Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds /*limit*/) override {
        runs.push_back(words);
        return ProgramEnd{status, "", complaint};
    }

    Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& /*words*/, Milliseconds /*limit*/) override {
        return failure(ErrorCode::io, "not here");
    }

    std::set<std::string> missing;
    std::vector<std::vector<std::string>> runs;
    int status = 0;
    std::string complaint = "it does not want to";
};

class StagingTest : public ::testing::Test {
protected:
    Result<Staged> stage(const std::string& archive) {
        fixture::TextStream stream(archive);
        TarEntries image(stream);
        return stage_from(image);
    }

    Result<Staged> stage_from(EntrySource& image) {
        SystemWorkArea modules(root.path(), work_tree(order.tree));
        SystemWorkArea user(root.path(), std::string(paths::user_work_directory));
        const KmodModuleTrees trees(root.path(), TrustedOwner{::geteuid()});
        lines.clear();
        const auto verdict_of = [this](const std::string& kernel) -> Result<TreeVerdict> {
            const auto found = verdicts.find(kernel);
            return found == verdicts.end() ? TreeVerdict{TreeVerdict::Kind::passed, ""}
                                           : found->second;
        };
        const StagingAccess access{
            modules,
            user,
            programs,
            files,
            trees,
            verdict_of,
            [this](const std::string& directory) -> Result<void> {
                labelled.push_back(directory);
                return {};
            },
            [this](const std::string& line) { lines += line + "\n"; }};
        auto staged = stage_image(image, order, access);
        EXPECT_FALSE(fs::exists(root.path(work_tree(order.tree))));
        EXPECT_FALSE(fs::exists(root.path(std::string(paths::user_work_directory))));
        return staged;
    }

    std::string refusal(const std::string& archive) {
        const auto staged = stage(archive);
        return staged ? "staged" : staged.error().message;
    }

    [[nodiscard]] std::string read(const std::string& path) const {
        return files.read(path).value_or("missing");
    }

    static StagingOrder first_order() {
        StagingOrder order;
        order.source = "image";
        order.digest = "sha256:1";
        order.tree = "/opt";
        order.boot_id = "boot 1";
        return order;
    }

    fixture::TemporaryDirectory root;
    SystemFiles files{root.path()};
    NotedPrograms programs;
    StagingOrder order = first_order();
    std::map<std::string, TreeVerdict> verdicts;
    std::string lines;
    std::vector<std::string> labelled;  ///< for containers
};

const std::string k1 = "opt/lib/modules/5.14.0-1/";
const std::string k2 = "opt/lib/modules/5.14.0-2/";

TarWriter image_of(const std::string& tree, const std::string& content) {
    TarWriter tar;
    tar.file(tree + "extra/sfc.ko", content, 06777);
    tar.file(tree + "modules.dep", "extra/sfc.ko:\n").file(tree + "modules.dep.bin", "");
    return tar;
}

TEST_F(StagingTest, PutsEverythingWhereItBelongs) {
    auto tar = image_of(k1, "one");
    tar.file(k2 + "extra/sfc.ko", "two").file("usr/sbin/sfptpd", "ptp", 0755);
    tar.file("opt/onload/sbin/onload_cp_server", "cp", 0755).file("etc/passwd", "no");
    tar.file("opt/onload/usr/lib64/l.so.1", "l").link("opt/onload/usr/lib64/l.so", "l.so.1");
    const auto staged = stage(tar.bytes());
    ASSERT_TRUE(staged) << staged.error().message;
    EXPECT_EQ(staged->kernels, (std::vector<std::string>{"5.14.0-1", "5.14.0-2"}));
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "one");
    EXPECT_EQ(read("/" + k2 + "extra/sfc.ko"), "two");
    EXPECT_EQ(read("/usr/local/sbin/sfptpd"), "ptp");
    EXPECT_EQ(read("/usr/local/sbin/onload_cp_server"), "cp");
    EXPECT_TRUE(files.executable("/usr/local/sbin/sfptpd"));
    EXPECT_EQ(read("/opt/onload/usr/lib64/l.so"), "l");
    EXPECT_EQ(read("/etc/passwd"), "missing");
    EXPECT_EQ(
        fs::status(root.path("/" + k1 + "extra/sfc.ko")).permissions(), static_cast<fs::perms>(0755)
    ) << "neither set-user-id nor writable by others";
    ASSERT_EQ(programs.runs.size(), 1U) << "only the second tree came without an index";
    EXPECT_EQ(programs.runs[0][0], "depmod");
    EXPECT_EQ(programs.runs[0][3], "5.14.0-2");
    const auto record = read_stage_record(files);
    ASSERT_NE(record.find("5.14.0-2"), nullptr);
    EXPECT_EQ(record.find("5.14.0-2")->from.digest, "sha256:1");
    ASSERT_EQ(record.programs.size(), 2U);
    EXPECT_EQ(record.programs[1].name, "sfptpd");
    EXPECT_EQ(record.programs[1].from.source, "image");
    ASSERT_NE(record.current_libraries(), nullptr);
    EXPECT_EQ(record.current_libraries()->from.source, "image");
    EXPECT_EQ(record.current_libraries()->folder, staged->user);
    ASSERT_NE(record.find_source("image"), nullptr);
}

TEST_F(StagingTest, ReplacesATreeAsAWhole) {
    ASSERT_TRUE(stage(image_of(k1, "one").file(k1 + "extra/old.ko", "").bytes()));
    ASSERT_TRUE(stage(image_of(k1, "two").bytes()));
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "two");
    EXPECT_EQ(read("/" + k1 + "extra/old.ko"), "missing");
}

/// Of what a bind mount of this path would hold.
ino_t inode_of(const std::string& path) {
    struct stat status {};

    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::string with_libraries(const std::string& content) {
    return TarWriter()
        .file("opt/onload/usr/lib64/libonload.so", content)
        .file("opt/onload/sbin/onload_cp_server", content, 0755)
        .bytes();
}

TEST_F(StagingTest, ChangesNothingWhereTheSameIsThereAlready) {
    const auto image = image_of(k1, "one").file("opt/onload/usr/lib64/l.so", "l").bytes();
    const auto first = stage(image);
    ASSERT_TRUE(first) << first.error().message;
    const std::vector<std::string> kept = {
        "/opt/lib/modules/5.14.0-1", "/opt/onload/" + first->user, "/opt/onload/usr/lib64"};
    std::vector<ino_t> before;
    for (const auto& path : kept) {
        before.push_back(inode_of(root.path(path)));
    }
    const auto written = fs::last_write_time(root.path("/opt/onload"));
    const auto listed = files.list("/opt/onload");
    const auto second = stage(image);
    ASSERT_TRUE(second) << second.error().message;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        EXPECT_EQ(inode_of(root.path(kept[i])), before[i]) << kept[i];
    }
    EXPECT_EQ(files.list("/opt/onload"), listed);
    EXPECT_EQ(fs::last_write_time(root.path("/opt/onload")), written) << "nobody is woken";
    EXPECT_EQ(second->user, first->user);
    EXPECT_EQ(second->kernels, first->kernels) << "it is said to be staged all the same";
    EXPECT_EQ(read_stage_record(files).libraries.size(), 1U);
    // What somebody has changed since is not the same.
    fs::permissions(root.path("/" + k1 + "extra/sfc.ko"), fs::perms::all);
    ASSERT_TRUE(stage(image));
    EXPECT_NE(inode_of(root.path(kept[0])), before[0]);
    root.put("/opt/onload/" + first->user + "/usr/lib64/l.so", "changed");
    ASSERT_TRUE(stage(image));
    EXPECT_EQ(read("/opt/onload/usr/lib64/l.so"), "l");
}

TEST_F(StagingTest, KeepsLibrariesThatPodsMayHaveUntilAnotherBoot) {
    const auto first = stage(with_libraries("one"));
    ASSERT_TRUE(first) << first.error().message;
    const auto held = inode_of(root.path("/opt/onload/usr/lib64"));
    const auto second = stage(with_libraries("two"));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(read("/opt/onload/usr/lib64/libonload.so"), "two");
    EXPECT_EQ(read("/opt/onload/" + first->user + "/usr/lib64/libonload.so"), "one");
    EXPECT_EQ(inode_of(root.path("/opt/onload/" + first->user + "/usr/lib64")), held);
    EXPECT_EQ(read("/usr/local/sbin/onload_cp_server"), "two");
    const auto record = read_stage_record(files);
    ASSERT_EQ(record.libraries.size(), 2U);
    EXPECT_EQ(record.current_libraries()->folder, second->user);
    EXPECT_EQ(record.libraries[1].retired, "boot 1");
    EXPECT_TRUE(Libraries::any_due(record, "boot 2"));
    EXPECT_FALSE(Libraries::any_due(record, "boot 1"));
    order.boot_id = "boot 2";
    const auto third = stage(with_libraries("two"));
    ASSERT_TRUE(third);
    EXPECT_EQ(third->retired, std::vector{first->user});
    EXPECT_EQ(read("/opt/onload/" + first->user + "/usr/lib64/libonload.so"), "missing");
    EXPECT_EQ(read("/opt/onload/usr/lib64/libonload.so"), "two");
    EXPECT_EQ(read_stage_record(files).libraries.size(), 1U);
}

TEST_F(StagingTest, TakesLibrariesBackThatWereRetired) {
    const auto first = stage(with_libraries("one"));
    ASSERT_TRUE(stage(with_libraries("two")));
    ASSERT_TRUE(stage(with_libraries("one")));
    order.boot_id = "boot 2";
    ASSERT_TRUE(stage(with_libraries("one")));
    EXPECT_EQ(read("/opt/onload/usr/lib64/libonload.so"), "one");
    const auto record = read_stage_record(files);
    ASSERT_EQ(record.libraries.size(), 1U);
    EXPECT_EQ(record.libraries[0].folder, first->user);
}

TEST_F(StagingTest, KeepsTheDirectoriesOfOlderVersionsUntilAnotherBoot) {
    root.put("/opt/onload/usr/lib64/libonload.so", "old");
    root.put("/opt/onload/etc/own.conf", "by hand");
    const auto held = inode_of(root.path("/opt/onload/usr/lib64"));
    ASSERT_TRUE(stage(with_libraries("new")));
    EXPECT_EQ(read("/opt/onload/usr/lib64/libonload.so"), "new");
    EXPECT_EQ(inode_of(root.path("/opt/onload/before-usr/lib64")), held);
    order.boot_id = "boot 2";
    ASSERT_TRUE(stage(with_libraries("new")));
    EXPECT_FALSE(fs::exists(root.path("/opt/onload/before-usr")));
    EXPECT_EQ(read("/opt/onload/etc/own.conf"), "by hand") << "what we did not put there stays";
}

TEST_F(StagingTest, LeadsToWhatTheCurrentLibrariesHaveOnly) {
    ASSERT_TRUE(stage(TarWriter().file("opt/onload/lib/a.so", "a").bytes()));
    EXPECT_EQ(fs::read_symlink(root.path("/opt/onload/lib")).string(), "current/lib");
    ASSERT_TRUE(stage(TarWriter().file("opt/onload/usr/lib64/b.so", "b").bytes()));
    EXPECT_FALSE(fs::exists(fs::symlink_status(root.path("/opt/onload/lib"))));
    EXPECT_EQ(read("/opt/onload/usr/lib64/b.so"), "b");
}

TEST_F(StagingTest, GoesOnWhereARunWasKilledInTheMiddle) {
    // Killed after the exchange of a directory of an older version for the link.
    root.put("/opt/onload/.usr.new/lib64/libonload.so", "old");
    fs::create_symlink("current/usr", root.path("/opt/onload/usr"));
    ASSERT_TRUE(stage(with_libraries("new")));
    EXPECT_EQ(read("/opt/onload/before-usr/lib64/libonload.so"), "old");
    EXPECT_EQ(read("/opt/onload/usr/lib64/libonload.so"), "new");
    // Killed before the record was written.
    ASSERT_TRUE(files.remove(paths::staged_record));
    const auto second = stage(with_libraries("newer"));
    ASSERT_TRUE(second);
    EXPECT_EQ(read_stage_record(files).libraries.size(), 3U);
    order.boot_id = "boot 2";
    ASSERT_TRUE(stage(with_libraries("newer")));
    EXPECT_EQ(read_stage_record(files).libraries.size(), 1U);
}

TEST_F(StagingTest, RecordsEachSourceOnItsOwn) {
    ASSERT_TRUE(stage(image_of(k1, "one").bytes()));
    order.source = "libraries";
    order.only_kernel = "5.14.0-1";
    ASSERT_TRUE(stage(with_libraries("one"))) << "it has no modules at all: that is no mistake";
    order.source = "clock";
    order.digest = "sha256:2";
    ASSERT_TRUE(stage(TarWriter().file("usr/sbin/sfptpd", "p").bytes()));
    const auto record = read_stage_record(files);
    EXPECT_EQ(record.find("5.14.0-1")->from.source, "image");
    EXPECT_EQ(record.current_libraries()->from.source, "libraries");
    EXPECT_EQ(record.programs[1].from.source, "clock");
    EXPECT_EQ(record.sources.size(), 3U);
    EXPECT_EQ(record.find_source("clock")->digest, "sha256:2");
}

TEST_F(StagingTest, RemovesWhatAKilledRunHasLeft) {
    root.put(work_tree("/opt") + "/lib/modules/5.14.0-1/extra/half.ko", "x");
    ASSERT_TRUE(stage(image_of(k1, "one").bytes()));
    EXPECT_EQ(read("/" + k1 + "extra/half.ko"), "missing");
}

TEST_F(StagingTest, RefusesAndLeavesTheOldTree) {
    ASSERT_TRUE(stage(image_of(k1, "one").bytes()));
    const auto with = [&](auto add) {
        auto tar = image_of(k1, "two");
        add(tar);
        return refusal(tar.bytes());
    };
    const std::vector<std::pair<std::string, std::string>> cases = {
        {with([](TarWriter& t) { t.file("/etc/x", ""); }), "absolute path"},
        {with([](TarWriter& t) { t.file(k1 + "../../x", ""); }), "\"..\""},
        {with([](TarWriter& t) { t.link(k1 + "x", "/etc"); }), "leads out"},
        {with([](TarWriter& t) { t.link(k1 + "x", "../../.."); }), "leads out"},
        {with([](TarWriter& t) { t.hard_link(k1 + "x", "etc/shadow"); }), "hard link out"},
        {with([](TarWriter& t) { t.entry('3', k1 + "x", "", ""); }), "device"},
        {with([](TarWriter& t) { t.entry('6', k1 + "x", "", ""); }), "fifo"},
        {with([](TarWriter& t) { t.link(k1 + "x", "extra").file(k1 + "x/y.ko", ""); }),
         "is a link or a file"},
        {with([](TarWriter& t) {
             t.link(k1 + "a/b/c", "../../x").hard_link(k1 + "d", k1 + "a/b/c");
         }),
         "is a hard link to a link"},
        {with([](TarWriter& t) { t.file("opt/lib/modules/-h/x.ko", ""); }), "is no kernel's name"},
        {with([](TarWriter& t) { t.file("opt/lib/modules/a\"\nb/x.ko", ""); }),
         "control character"},
        {with([](TarWriter& t) { t.link("opt/onload", "/etc"); }), "is no directory"},
        {refusal(image_of(k1, "two").bytes().substr(0, 700)), "cut off"},
        {refusal(TarWriter().file("etc/hostname", "x").bytes()), "nothing to stage"},
        {refusal(TarWriter().file(k1 + "modules.dep", "").bytes()), "nothing to stage"},
    };
    for (const auto& [message, part] : cases) {
        EXPECT_NE(message.find(part), std::string::npos) << part << ": " << message;
        EXPECT_TRUE(message.starts_with("image")) << message;
    }
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "one");
}

TEST_F(StagingTest, RefusesModulesThatWouldNotLoad) {
    ASSERT_TRUE(stage(image_of(k1, "one").bytes()));
    verdicts["5.14.0-1"] = {TreeVerdict::Kind::failed, "sfc.ko is cut off"};
    EXPECT_EQ(
        refusal(image_of(k1, "two").bytes()),
        "image has modules that would not load on kernel 5.14.0-1: sfc.ko is cut off"
    );
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "one");
    verdicts["5.14.0-1"] = {TreeVerdict::Kind::not_checkable, "kernel 5.14.0-1 is not installed"};
    ASSERT_TRUE(stage(image_of(k1, "three").bytes()));
    EXPECT_NE(
        lines.find("not verifiable here: kernel 5.14.0-1 is not installed"), std::string::npos
    );
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "three");
}

TEST_F(StagingTest, StagesTheKernelAskedFor) {
    order.only_kernel = "5.14.0-2";
    EXPECT_EQ(
        refusal(image_of(k1, "one").bytes()),
        "image has no modules for kernel 5.14.0-2, only for 5.14.0-1"
    );
    ASSERT_TRUE(stage(image_of(k1, "one").file(k2 + "sfc.ko", "two").bytes()));
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "missing");
    EXPECT_EQ(read("/" + k2 + "sfc.ko"), "two");
}

TEST_F(StagingTest, RefusesAnImageForOtherKernelsOnly) {
    order.known = {"6.1.0-1"};
    const auto message = refusal(image_of(k1, "one").bytes());
    EXPECT_NE(message.find("is for other kernels only"), std::string::npos) << message;
    EXPECT_NE(message.find("this node has 6.1.0-1; --kernel"), std::string::npos) << message;
    order.only_kernel = "5.14.0-1";
    EXPECT_TRUE(stage(image_of(k1, "one").bytes()));
}

TEST_F(StagingTest, LeavesOutLinksToTheNodeAndIndexesAnew) {
    auto tar = image_of(k1, "one");
    tar.link(k1 + "kernel", "/lib/modules/5.14.0-1/kernel");
    ASSERT_TRUE(stage(tar.bytes()));
    EXPECT_NE(lines.find("left out: the link opt/lib/modules/5.14.0-1/kernel"), std::string::npos);
    EXPECT_FALSE(fs::exists(fs::symlink_status(root.path("/" + k1 + "kernel"))));
    ASSERT_EQ(programs.runs.size(), 1U);
    programs.missing = {"depmod"};
    ASSERT_TRUE(stage(tar.bytes())) << "the index that came is better than none";
    EXPECT_NE(lines.find("no depmod here"), std::string::npos);
    EXPECT_NE(
        refusal(TarWriter().file(k1 + "sfc.ko", "").bytes()).find("no modules.dep"),
        std::string::npos
    );
    programs.missing.clear();
    programs.status = 1;
    EXPECT_NE(refusal(tar.bytes()).find("depmod: it does not want to"), std::string::npos);
}

/// What the next run of depmod would be about; none if the index that came is used.
TEST_F(StagingTest, IndexesAnewWhatDoesNotListTheModules) {
    const auto indexed = [&](const std::string& text, bool with_binary = true) {
        programs.runs.clear();
        auto tar = TarWriter().file(k1 + "extra/sfc.ko", "1").link(k1 + "extra/b.ko", "sfc.ko");
        tar.file(k1 + "modules.dep", text);
        if (with_binary) {
            tar.file(k1 + "modules.dep.bin", "");
        }
        EXPECT_EQ(refusal(tar.bytes()), "staged") << text;
        return !programs.runs.empty();
    };
    const std::string good = "extra/sfc.ko:\nextra/b.ko: extra/sfc.ko\n";
    EXPECT_FALSE(indexed(good));
    EXPECT_TRUE(indexed(good, false)) << "busybox writes the text alone";
    EXPECT_TRUE(indexed("extra/sfc.ko:\n")) << "made before the last module came";
    EXPECT_TRUE(indexed(good + "kernel/drivers/mtd/mtd.ko:\n"))
        << "the node's, by a link that has gone";
    EXPECT_TRUE(indexed("/lib/modules/5.14.0-1/extra/sfc.ko:\n/lib/modules/5.14.0-1/extra/b.ko:\n")
    );
    EXPECT_TRUE(indexed("")) << "made without the modules";
    EXPECT_TRUE(indexed(std::string(2'000'000, 'x'))) << "nothing that depmod wrote";
}

TEST_F(StagingTest, SaysWhatItLeavesOutAndWhy) {
    auto tar = image_of(k1, "one");
    tar.link(k1 + "intree", "/lib/modules/5.14.0-1");
    tar.file("usr/lib/modules/5.14.0-1/extra/onload.ko", "");
    tar.link("usr/bin/onload_stackdump", "/opt/elsewhere/onload_stackdump");
    tar.file(k1 + "extra/onload.ko.lz4", "");
    tar.file("usr/sbin/sfptpd", "p", 04755);
    ASSERT_TRUE(stage(tar.bytes()));
    const std::vector<std::string> parts = {
        "left out: the link " + k1 + "intree to the node's own /lib/modules/5.14.0-1",
        "left out: usr/lib/modules/5.14.0-1/extra/onload.ko",
        "left out: usr/bin/onload_stackdump: this is a link",
        "onload.ko.lz4: no module, depmod does not read what packs it",
        "left out: usr/sbin/sfptpd: the set-user-id bit",
    };
    for (const auto& part : parts) {
        EXPECT_NE(lines.find(part), std::string::npos) << part << "\n" << lines;
    }
    EXPECT_FALSE(fs::exists(fs::symlink_status(root.path("/" + k1 + "intree"))));
}

TEST_F(StagingTest, TakesOfTwoProgramsTheOneThatPathFindsFirst) {
    const std::vector<std::vector<std::string>> orders = {
        {"bin/", "usr/local/sbin/", "usr/sbin/"}, {"usr/sbin/", "usr/local/sbin/", "bin/"}};
    for (const auto& folders : orders) {
        TarWriter tar;
        for (const auto& folder : folders) {
            tar.file(folder + "sfptpd", folder, 0755);
        }
        tar.link("usr/bin/sfptpd", "../sbin/sfptpd");
        ASSERT_TRUE(stage(tar.bytes()));
        EXPECT_EQ(read("/usr/local/sbin/sfptpd"), "usr/local/sbin/");
        EXPECT_NE(
            lines.find("left out: bin/sfptpd: usr/local/sbin/sfptpd comes first"), std::string::npos
        ) << lines;
        EXPECT_NE(lines.find("left out: usr/sbin/sfptpd: usr/local"), std::string::npos) << lines;
        EXPECT_EQ(lines.find("a link"), std::string::npos) << "the program is there\n" << lines;
    }
}

TEST_F(StagingTest, BelievesNoDepmodThatHasWrittenNothing) {
    programs.complaint = "depmod: ERROR: openat(modules.dep): Permission denied";
    const auto tar = TarWriter().file(k1 + "extra/sfc.ko", "one").bytes();
    EXPECT_NE(refusal(tar).find("cannot be indexed: depmod: "), std::string::npos);
    programs.complaint = "depmod: WARNING: could not open modules.order";
    EXPECT_EQ(refusal(tar), "staged");
}

TEST_F(StagingTest, HasDepmodStayWhatSelinuxRunsUsAs) {
    const auto tar = TarWriter().file(k1 + "extra/sfc.ko", "one").bytes();
    order.context = "system_u:system_r:initrc_t:s0";
    EXPECT_EQ(refusal(tar), "staged");
    ASSERT_EQ(programs.runs.size(), 1U);
    const std::vector<std::string> wanted = {"runcon", order.context, "depmod", "-b"};
    EXPECT_TRUE(std::ranges::equal(wanted, std::span(programs.runs[0]).first(4)));
}

TEST_F(StagingTest, PrunesAllButTheNewestAndTheNeeded) {
    order.keep = 2;
    order.needed = {"5.14.0-1"};
    for (const auto* const kernel : {"5.14.0-1", "5.14.0-2", "5.14.0-3"}) {
        const auto staged =
            stage(image_of("opt/lib/modules/" + std::string(kernel) + "/", kernel).bytes());
        ASSERT_TRUE(staged) << staged.error().message;
        EXPECT_EQ(staged->pruned.size(), std::string(kernel) == "5.14.0-3" ? 1U : 0U);
    }
    EXPECT_EQ(read("/" + k1 + "extra/sfc.ko"), "5.14.0-1");
    EXPECT_EQ(read("/" + k2 + "extra/sfc.ko"), "missing");
    EXPECT_EQ(read("/opt/lib/modules/5.14.0-3/extra/sfc.ko"), "5.14.0-3");
    EXPECT_EQ(read_stage_record(files).find("5.14.0-2"), nullptr);
}

TEST_F(StagingTest, LabelsWhatItHasWrittenWhereThatIsAskedFor) {
    order.relabel = true;
    auto image = image_of(k1, "one").file("usr/sbin/sfptpd", "p");
    const auto staged = stage(image.file("opt/onload/usr/lib64/libonload.so", "l").bytes());
    ASSERT_TRUE(staged);
    EXPECT_EQ(labelled, std::vector<std::string>{"/opt/onload"});
    ASSERT_EQ(programs.runs.size(), 1U);
    EXPECT_EQ(
        programs.runs[0],
        (std::vector<std::string>{
            "restorecon", "-RF", "/opt/lib/modules/5.14.0-1", "/usr/local/sbin/sfptpd"})
    );
}

TEST_F(StagingTest, StagesProgramsAlone) {
    ASSERT_TRUE(stage(TarWriter().file("usr/sbin/sfptpd", "p", 0644).bytes()));
    EXPECT_TRUE(files.executable("/usr/local/sbin/sfptpd"));
    EXPECT_EQ(read_stage_record(files).current_libraries(), nullptr);
}

TEST_F(StagingTest, KeepsHardLinksInATree) {
    ASSERT_TRUE(stage(image_of(k1, "one").hard_link(k1 + "extra/b.ko", k1 + "extra/sfc.ko").bytes())
    );
    EXPECT_EQ(read("/" + k1 + "extra/b.ko"), "one");
}

/// A node on which sets are staged one after the other, each an image of the same kernel.
class KeptSetsTest : public StagingTest {
protected:
    static constexpr const char* kernel = "5.14.0-1";

    /// A set of everything, all of this content.
    static std::string image(const std::string& content) {
        return image_of(k1, content)
            .file("opt/onload/usr/lib64/libonload.so", "library " + content)
            .file("usr/sbin/sfptpd", "sfptpd " + content, 0755)
            .file("opt/onload/sbin/onload_cp_server", "server " + content, 0755)
            .bytes();
    }

    std::string stage_set(const std::string& content) {
        order.source = "image " + content;
        const auto staged = stage(image(content));
        EXPECT_TRUE(staged) << staged.error().message;
        return set_in_place(files, kernel);
    }

    void confirm(const std::string& digest, const std::string& when) {
        auto sets = read_set_record(files).value();
        set_entry(sets, kernel, digest).confirmed = when;
        ASSERT_TRUE(write_set_record(files, sets));
    }

    void fail(const std::string& digest) {
        auto sets = read_set_record(files).value();
        auto& set = set_entry(sets, kernel, digest);
        set.failed = 2;
        set.reason = "it panicked";
        ASSERT_TRUE(write_set_record(files, sets));
    }

    Result<Staged> use(const std::string& digest, bool by_boot) {
        const auto source = read_set_record(files).value();
        const auto* const entry = find_set(source, kernel, digest);
        order.kept_set = digest;
        order.by_boot = by_boot;
        order.only_kernel = kernel;
        order.source = entry == nullptr ? "unknown" : entry->source;
        DirectoryEntries kept(
            root.path(KeptSets::files_of("/opt", kernel, digest)),
            {"opt/lib/modules",
             "opt/onload",
             "usr/local/sbin/sfptpd",
             "usr/local/sbin/onload_cp_server"}
        );
        auto staged = stage_from(kept);
        order = first_order();
        return staged;
    }

    Result<void> whole(const std::string& digest) {
        SystemWorkArea area(root.path(), work_tree("/opt"));
        return KeptSets(area, files, "/opt", work_tree("/opt")).check(kernel, digest);
    }

    [[nodiscard]] std::vector<std::string> kept() const {
        return files.list(std::string("/opt/onload-node/sets/") + kernel);
    }

    /// The content that all that is in place has; "mixed" if it is of several sets.
    [[nodiscard]] std::string in_place() const {
        const auto modules = read("/" + k1 + "extra/sfc.ko");
        const bool one = read("/opt/onload/usr/lib64/libonload.so") == "library " + modules &&
                         read("/usr/local/sbin/sfptpd") == "sfptpd " + modules &&
                         read("/usr/local/sbin/onload_cp_server") == "server " + modules;
        return one ? modules : "mixed";
    }

    [[nodiscard]] SetEntry entry(const std::string& digest) const {
        const auto sets = read_set_record(files).value();
        const auto* const found = find_set(sets, kernel, digest);
        return found == nullptr ? SetEntry() : *found;
    }
};

TEST_F(KeptSetsTest, KeepsTheConfirmedSetWholeBesideAnother) {
    const auto a = stage_set("a");
    EXPECT_TRUE(is_set_digest(a)) << a;
    EXPECT_TRUE(entry(a).wanted);
    EXPECT_EQ(entry(a).source, "image a");
    confirm(a, "2026-12-01T00:00:00Z");
    const auto b = stage_set("b");
    EXPECT_NE(b, a);
    EXPECT_EQ(in_place(), "b");
    EXPECT_EQ(kept().size(), 2U);
    EXPECT_TRUE(whole(a)) << whole(a).error().message;
    EXPECT_TRUE(whole(b));
    EXPECT_TRUE(entry(b).wanted);
    EXPECT_FALSE(entry(a).wanted);
    // Another one, before that has proved good: what was good stays.
    const auto c = stage_set("c");
    EXPECT_TRUE(whole(a));
    EXPECT_EQ(kept(), a < c ? std::vector({a, c}) : std::vector({c, a}));
    EXPECT_EQ(entry(b), SetEntry());
    confirm(c, "2026-12-02T00:00:00Z");
    stage_set("d");
    EXPECT_FALSE(whole(a)) << "one set before is enough";
    EXPECT_TRUE(whole(c));
}

TEST_F(KeptSetsTest, PutsAKeptSetInPlaceAsAWholeAndKeepsWhatItReplaces) {
    const auto a = stage_set("a");
    confirm(a, "2026-12-01T00:00:00Z");
    const auto b = stage_set("b");
    fail(b);
    const auto used = use(a, true);
    ASSERT_TRUE(used) << used.error().message;
    EXPECT_EQ(in_place(), "a");
    EXPECT_EQ(set_in_place(files, kernel), a) << "the same content has the same digest";
    EXPECT_EQ(kept().size(), 2U);
    EXPECT_TRUE(whole(b));
    EXPECT_TRUE(entry(b).wanted) << "the boot has put it aside, nobody else";
    EXPECT_EQ(entry(b).failed, 2U);
    EXPECT_EQ(entry(a).confirmed, "2026-12-01T00:00:00Z");
    EXPECT_FALSE(entry(a).unfinished);
    EXPECT_EQ(read_stage_record(files).find(kernel)->from.source, "image a");
    // A person takes it back: it is wanted now, and begins anew.
    ASSERT_TRUE(use(b, false));
    EXPECT_EQ(in_place(), "b");
    EXPECT_EQ(entry(b).failed, 0U);
    EXPECT_TRUE(entry(b).wanted);
    EXPECT_TRUE(whole(a));
}

TEST_F(KeptSetsTest, LeavesNoProgramOfAnotherSetInPlace) {
    order.source = "image a";
    ASSERT_TRUE(stage(image_of(k1, "a").bytes()));
    const auto a = set_in_place(files, kernel);
    confirm(a, "2026-12-01T00:00:00Z");
    stage_set("b");
    EXPECT_TRUE(files.exists("/usr/local/sbin/sfptpd"));
    ASSERT_TRUE(use(a, true));
    EXPECT_FALSE(files.exists("/usr/local/sbin/sfptpd"));
    EXPECT_EQ(read_stage_record(files).programs.size(), 0U);
}

TEST_F(KeptSetsTest, IsNotWholeWhereAnythingIsMissingOrWasChanged) {
    const auto a = stage_set("a");
    const auto folder = KeptSets::files_of("/opt", kernel, a);
    const auto module = root.path(folder + "/opt/lib/modules/5.14.0-1/extra/sfc.ko");
    ASSERT_TRUE(whole(a));
    const auto complaint = [&] { return whole(a) ? "" : whole(a).error().message; };
    fs::rename(module, module + ".away");
    EXPECT_NE(complaint().find("is not whole"), std::string::npos) << complaint();
    fs::create_symlink("sfc.ko.away", module);
    EXPECT_NE(complaint().find("is not whole"), std::string::npos) << complaint();
    fs::remove(module);
    fs::rename(module + ".away", module);
    EXPECT_EQ(complaint(), "");
    root.put(folder + "/usr/local/sbin/sfptpd", "another");
    EXPECT_NE(complaint().find("is not whole"), std::string::npos) << complaint();
    fs::remove_all(root.path(folder));
    EXPECT_NE(complaint().find("is not kept"), std::string::npos) << complaint();
}

TEST_F(KeptSetsTest, IsNotTouchedByWhoeverWritesIntoTheFilesInPlace) {
    const auto a = stage_set("a");
    root.put("/" + k1 + "extra/sfc.ko", "written over");
    EXPECT_TRUE(whole(a));
}

TEST_F(KeptSetsTest, LosesNothingWhereTheRecordCannotBeRead) {
    const auto a = stage_set("a");
    confirm(a, "2026-12-01T00:00:00Z");
    root.put("/var/lib/onload-node/sets.toml", "[[set]\n");
    const auto b = stage_set("b");
    EXPECT_NE(lines.find("what was known of kept sets is lost"), std::string::npos) << lines;
    EXPECT_EQ(in_place(), "b");
    EXPECT_TRUE(whole(a)) << "nobody knows that it is not needed";
    EXPECT_TRUE(entry(b).wanted);
}

TEST_F(KeptSetsTest, BeginsAnewWithASetThatIsStagedAgain) {
    const auto b = stage_set("b");
    fail(b);
    EXPECT_EQ(stage_set("b"), b);
    EXPECT_EQ(entry(b).failed, 0U);
}

TEST_F(KeptSetsTest, GoesWithItsKernel) {
    const auto a = stage_set("a");
    ASSERT_TRUE(whole(a));
    order.keep = 1;
    ASSERT_TRUE(stage(image_of(k2, "two").bytes()));
    EXPECT_EQ(kept().size(), 0U);
    EXPECT_EQ(entry(a), SetEntry());
}

TEST_F(KeptSetsTest, KnowsWhichOneAPersonMeans) {
    const std::string one(64, '1');
    const std::string other = "11112" + std::string(59, '0');
    const SetRecord record;
    const auto choose = [&](const std::string& which) {
        const auto chosen = choose_set(record, kernel, one, {one, other}, which);
        return chosen ? *chosen : chosen.error().message;
    };
    EXPECT_EQ(choose("previous"), other) << "not confirmed, but there is no other";
    EXPECT_EQ(choose("11112"), other);
    EXPECT_EQ(choose("111111"), one);
    EXPECT_NE(choose("1111").find("may be"), std::string::npos) << choose("1111");
    EXPECT_NE(choose("2222").find("begins with 2222"), std::string::npos) << choose("2222");
}

TEST_F(KeptSetsTest, TheRecordReadsBackAsItWasWritten) {
    SetEntry set;
    set.kernel = kernel;
    set.digest = std::string(64, 'a');
    set.confirmed = "2026-12-01T00:00:00Z";
    set.failed = 1;
    set.reason = "it \"failed\"";
    // Not in the order of the alphabet: the kernel sees them in this order.
    const ModuleParameters unsorted{{"rss_cpus", "4"}, {"performance_profile", "a=\"b c\""}};
    set.parameters[ModuleName::parse("sfc").value()] = unsorted;
    set.parameters[ModuleName::parse("onload").value()] = {};
    set.failed_parameters = {
        {{ModuleName::parse("sfc").value(), {{"rss_cpus", ""}}}}, 2, "boot-1", "it was refused"};
    ASSERT_TRUE(write_set_record(files, {set}));
    EXPECT_EQ(read_set_record(files).value(), SetRecord{set});
}

TEST_F(KeptSetsTest, ReadsNoRecordThatNamesAnythingElse) {
    for (const auto* const text :
         {"[[set]]\nkernel = \"../etc\"\n",
          "set = 1\n",
          "[[set]]\nfailed = 0\ndigest = \"..\"\n",
          "[[set]]\nfailed = -1\n",
          "[[set]]\nfailed = 0\nkernel = \"1\"\n[set.failed-parameters]\ntimes = \"2\"\n"}) {
        root.put("/var/lib/onload-node/sets.toml", text);
        const auto sets = read_set_record(files);
        ASSERT_FALSE(sets) << text;
        EXPECT_EQ(sets.error().code, ErrorCode::mismatch);
    }
}

}  // namespace
}  // namespace onload_node
