// SPDX-License-Identifier: BSD-2-Clause
// The program itself, below root directories of our own: what is only true of it as a whole.
#include "core/model/paths.hpp"
#include "system/files/lock.hpp"
#include "system/processes/programs.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

class StageProgram : public ::testing::Test {
protected:
    ProgramEnd run(std::vector<std::string> words) {
        words.insert(words.begin(), std::getenv("ONLOAD_NODE"));
        words.insert(words.end(), {"--root", root.path()});
        const auto end = SystemPrograms().run(words, fixture::patience);
        EXPECT_TRUE(end);
        return end.value_or(ProgramEnd());
    }

    /// A directory like an image; none of its kernels can be verified here.
    std::string image(const std::string& kernel, const std::string& content) const {
        const std::string folder = "/image-" + kernel + content;
        const std::string tree = folder + "/opt/lib/modules/" + kernel;
        images.put(tree + "/extra/sfc.ko", content);
        images.put(tree + "/modules.dep", "extra/sfc.ko:\n");
        images.put(tree + "/modules.dep.bin", "");
        return images.path(folder);
    }

    [[nodiscard]] bool there(const std::string& path) const { return fs::exists(root.path(path)); }

    fixture::TemporaryDirectory root;
    fixture::TemporaryDirectory images;
};

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(StageProgram, StagesListsAndPurges) {
    const auto folder = image("5.14.0-1", "one");
    images.put("/image-5.14.0-1one/usr/sbin/sfptpd", "ptp");
    const auto staged = run({"stage", folder});
    ASSERT_EQ(staged.status, 0) << staged.complaint;
    EXPECT_TRUE(says(staged.output, "not verifiable here: kernel 5.14.0-1 is not installed"));
    EXPECT_TRUE(says(staged.output, "staged: modules for kernel 5.14.0-1"));
    const auto listed = run({"trees", "--json"});
    EXPECT_EQ(listed.status, 0);
    EXPECT_TRUE(says(listed.output, folder)) << listed.output;
    const auto purged = run({"purge"});
    EXPECT_EQ(purged.status, 0) << purged.complaint;
    for (const auto* const path :
         {"/opt/lib/modules/5.14.0-1", "/usr/local/sbin/sfptpd", "/var/lib/onload-node"}) {
        EXPECT_TRUE(says(purged.output, std::string("removed: ") + root.path(path))) << path;
        EXPECT_FALSE(there(path)) << path;
    }
    EXPECT_FALSE(there("/opt/lib"));
    EXPECT_EQ(run({"purge"}).output, "nothing was staged\n");
}

/// Where /opt is a link, as in the images of ostree's systems; as the image has it, it leads to
/// what this machine has below /var/opt.
TEST_F(StageProgram, StagesAnUnpackedBootableImage) {
    for (const std::string to : {"var/opt", "/var/opt"}) {
        const std::string folder = "/bootable" + std::to_string(to.size());
        const std::string tree = folder + "/var/opt/lib/modules/5.14.0-1+rt";
        images.put(tree + "/extra/sfc.ko", "x");
        images.put(folder + "/usr/sbin/sfptpd", "ptp");
        images.put(folder + "/usr/lib/modules/5.14.0-1+rt/extra/sfc.ko", "x");
        fs::create_symlink(to, images.path(folder + "/opt"));
        fs::create_symlink("usr/sbin", images.path(folder + "/sbin"));
        fs::create_symlink("usr/lib", images.path(folder + "/lib"));
        const auto staged = run({"stage", images.path(folder)});
        ASSERT_EQ(staged.status, 0) << staged.complaint;
        EXPECT_TRUE(says(staged.output, "kernel 5.14.0-1+rt: 1 modules")) << staged.output;
        EXPECT_FALSE(says(staged.output, "comes first")) << "one file\n" << staged.output;
        const std::string note = "left out: usr/lib/modules/5.14.0-1+rt/extra/sfc.ko: ";
        const auto first = staged.output.find(note);
        EXPECT_NE(first, std::string::npos) << staged.output;
        EXPECT_FALSE(says(staged.output, "left out: lib/modules")) << "once\n" << staged.output;
    }
}

TEST_F(StageProgram, PurgesWhatIsItsOwnOnly) {
    root.put("/opt/cni/bin/plugin", "");
    root.put("/usr/local/sbin/onload_cp_server", "put there by hand");
    ASSERT_EQ(run({"stage", image("5.14.0-1", "one")}).status, 0);
    ASSERT_EQ(run({"purge"}).status, 0);
    EXPECT_TRUE(there("/opt/cni/bin/plugin"));
    EXPECT_TRUE(there("/usr/local/sbin/onload_cp_server"));
}

TEST_F(StageProgram, TellsWhoElseIsStaging) {
    const auto lock = Lock::acquire(root.path(std::string(paths::stage_lock)));
    ASSERT_TRUE(lock);
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"stage", image("5.14.0-1", "one")}, {"purge"}}) {
        const auto second = run(words);
        EXPECT_EQ(second.status, 1);
        EXPECT_TRUE(says(
            second.complaint, "another stage is running (pid " + std::to_string(::getpid()) + ")"
        )) << second.complaint;
    }
    EXPECT_FALSE(there("/opt"));
}

TEST_F(StageProgram, StagesWhatIsConfiguredOnce) {
    EXPECT_TRUE(says(run({"stage"}).output, "[stage] source is not set"));
    const auto folder = image("5.14.0-1", "one");
    root.put(
        "/etc/onload-node/config.toml",
        "[stage]\nsource = \"" + folder.substr(0, folder.size() - 11) + "${kernel}one\"\n"
    );
    EXPECT_EQ(run({"stage"}).status, 64) << "which kernel runs there nobody knows";
    const auto staged = run({"stage", "--kernel", "5.14.0-1"});
    EXPECT_EQ(staged.status, 0) << staged.complaint;
    EXPECT_TRUE(there("/opt/lib/modules/5.14.0-1/extra/sfc.ko"));
    EXPECT_EQ(
        run({"stage", "--kernel", "5.14.0-1"}).output,
        "nothing to stage: what is configured is staged\n"
    );
    fs::remove_all(root.path("/opt/lib/modules/5.14.0-1"));
    EXPECT_TRUE(says(run({"stage", "--kernel", "5.14.0-1"}).output, "staged: modules"));
}

TEST_F(StageProgram, StagesEachSourceOfAListOnItsOwn) {
    const auto modules = image("5.14.0-1", "one");
    images.put("/libraries/opt/onload/usr/lib64/libonload.so", "lib");
    images.put("/clock/usr/sbin/sfptpd", "ptp");
    const auto sources = "source = [\"" + modules + "\", \"" + images.path("/libraries") +
                         "\", \"" + images.path("/missing") + "\", \"" + images.path("/clock") +
                         "\"]\n";
    root.put("/etc/onload-node/config.toml", "[stage]\n" + sources);
    const auto staged = run({"stage", "--kernel", "5.14.0-1"});
    EXPECT_EQ(staged.status, 1) << "one of them is not there";
    EXPECT_TRUE(says(staged.complaint, images.path("/missing"))) << staged.complaint;
    EXPECT_TRUE(there("/opt/lib/modules/5.14.0-1/extra/sfc.ko"));
    EXPECT_TRUE(there("/opt/onload/usr/lib64/libonload.so"));
    EXPECT_TRUE(there("/usr/local/sbin/sfptpd"));
    // Only what has to be brought again is brought again.
    fs::remove(root.path("/usr/local/sbin/sfptpd"));
    const auto again = run({"stage", "--kernel", "5.14.0-1"});
    EXPECT_EQ(again.output, "staged: /usr/local/sbin/sfptpd\n");
    images.put("/missing/usr/sbin/onload_stackdump", "dump");
    const auto last = run({"stage", "--kernel", "5.14.0-1"});
    EXPECT_EQ(last.status, 0) << last.complaint;
    EXPECT_EQ(last.output, "staged: /usr/local/sbin/onload_stackdump\n");
    EXPECT_TRUE(says(run({"stage", "--kernel", "5.14.0-1"}).output, "nothing to stage"));
}

TEST_F(StageProgram, TakesTheSourceOfEachKernelFromATable) {
    const auto table = [&](const std::string& lines) {
        root.put("/etc/onload-node/config.toml", "[stage.source]\n" + lines);
    };
    const auto entry = [&](const std::string& kernel, const std::string& content) {
        return "\"" + kernel + "\" = \"" + image(kernel, content) + "\"\n";
    };
    table(entry("5.14.0-1", "one") + entry("5.14.0-2", "two"));
    EXPECT_EQ(run({"stage"}).status, 64) << "which kernel runs there nobody knows";
    const auto staged = run({"stage", "--kernel=5.14.0-2"});
    EXPECT_EQ(staged.status, 0) << staged.complaint;
    EXPECT_TRUE(there("/opt/lib/modules/5.14.0-2/extra/sfc.ko"));
    EXPECT_FALSE(there("/opt/lib/modules/5.14.0-1"));
    EXPECT_TRUE(says(run({"stage", "--kernel=5.14.0-2"}).output, "nothing to stage"));
    const auto unknown = run({"stage", "--kernel=5.14.0-3"});
    EXPECT_EQ(unknown.status, 78);
    EXPECT_TRUE(says(
        unknown.complaint,
        "[stage] source has nothing for kernel 5.14.0-3; it has 5.14.0-1, 5.14.0-2"
    )) << unknown.complaint;
    // An entry may go while its kernel is still in use.
    table(entry("5.14.0-1", "one"));
    EXPECT_EQ(run({"stage", "--kernel=5.14.0-2"}).status, 0);
    EXPECT_EQ(run({"stage", "--kernel=5.14.0-3", image("5.14.0-3", "x")}).status, 0)
        << "a SOURCE that is given needs no table";
}

/// As when a change of the configuration is taken back.
TEST_F(StageProgram, GoesBackToASourceThatItHadBefore) {
    const auto content = [&](const std::string& source) {
        root.put("/etc/onload-node/config.toml", "[stage]\nsource = \"" + source + "\"\n");
        EXPECT_EQ(run({"stage", "--kernel=5.14.0-1"}).status, 0);
        std::ifstream module(root.path("/opt/lib/modules/5.14.0-1/extra/sfc.ko"));
        return std::string{std::istreambuf_iterator<char>(module), {}};
    };
    const auto one = image("5.14.0-1", "one");
    const auto two = image("5.14.0-1", "two");
    EXPECT_EQ(content(one), "one");
    EXPECT_EQ(content(two), "two");
    EXPECT_EQ(content(one), "one");
    ASSERT_EQ(run({"stage", two}).status, 0);
    EXPECT_EQ(content(one), "two") << "what a person has staged stays until another is configured";
}

TEST_F(StageProgram, StagesAConfiguredFileAnewWhenItHasChanged) {
    const auto file = images.put(
        "/m.tar",
        fixture::TarWriter()
            .file("opt/lib/modules/k/a.ko", "1")
            .file("opt/lib/modules/k/modules.dep", "a.ko:\n")
            .file("opt/lib/modules/k/modules.dep.bin", "")
            .bytes()
    );
    root.put("/etc/onload-node/config.toml", "[stage]\nsource = \"" + file + "\"\n");
    EXPECT_TRUE(says(run({"stage", "--kernel=k"}).output, "staged: modules for kernel k"));
    EXPECT_TRUE(says(run({"stage", "--kernel=k"}).output, "nothing to stage"));
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(3));
    EXPECT_TRUE(says(run({"stage", "--kernel=k"}).output, "staged: modules for kernel k"));
}

TEST_F(StageProgram, StaysAwayFromTheKernelsOwnModules) {
    root.put("/usr/lib/modules/6.1.0-1/modules.dep", "");
    fs::create_directory_symlink("usr/lib", root.path("/lib"));
    root.put("/etc/onload-node/config.toml", "[driver]\ntree = \"/usr\"\n");
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"stage", image("6.1.0-1", "one")}, {"purge"}}) {
        const auto end = run(words);
        EXPECT_EQ(end.status, 78);
        EXPECT_TRUE(says(end.complaint, "where the kernel's own modules are")) << end.complaint;
    }
    EXPECT_TRUE(there("/usr/lib/modules/6.1.0-1/modules.dep"));
}

TEST_F(StageProgram, NeverPrunesAKernelThatIsInstalledThere) {
    root.put("/lib/modules/5.14.0-1/modules.dep", "");
    root.put("/lib/modules/5.14.0-3/modules.dep", "");
    for (const auto* const kernel : {"5.14.0-1", "5.14.0-2", "5.14.0-3"}) {
        ASSERT_EQ(run({"stage", "--keep=1", "--kernel", kernel, image(kernel, "one")}).status, 0);
    }
    EXPECT_TRUE(there("/opt/lib/modules/5.14.0-1"));
    EXPECT_FALSE(there("/opt/lib/modules/5.14.0-2"));
    EXPECT_TRUE(there("/opt/lib/modules/5.14.0-3"));
}

/// The program in a folder of its own, with its libraries beside it.
class ProgramAlone : public ::testing::Test {
protected:
    ProgramAlone() {
        const std::string libraries = std::getenv("ONLOAD_NODE_LIBRARIES");
        const auto colon = libraries.find(':');
        for (const std::string& file :
             {std::string(std::getenv("ONLOAD_NODE")),
              libraries.substr(0, colon),
              libraries.substr(colon + 1)}) {
            fs::copy_file(file, folder.path("/" + fs::path(file).filename().string()));
        }
    }

    [[nodiscard]] ProgramEnd run() const {
        const auto end =
            SystemPrograms().run({folder.path("/onload-node"), "--version"}, fixture::patience);
        EXPECT_TRUE(end);
        return end.value_or(ProgramEnd());
    }

    /// The version of the symbols, as `exports` writes it, becomes another one of the same length.
    void make_of_other_sources(const std::string& library) const {
        std::ifstream stream(folder.path(library), std::ios::binary);
        std::string content{std::istreambuf_iterator<char>(stream), {}};
        const std::string version = "ONLOAD_NODE_";
        for (auto at = content.find(version); at != std::string::npos;
             at = content.find(version, at + 1)) {
            content[at + version.size()] = 'z';
        }
        folder.put(library, content);
    }

    fixture::TemporaryDirectory folder;
};

TEST_F(ProgramAlone, TakesTheLibrariesBesideIt) {
    EXPECT_EQ(run().status, 0);
}

TEST_F(ProgramAlone, DoesNotStartWithALibraryOfOtherSources) {
    make_of_other_sources("/libonload-node-run.so");
    const auto end = run();
    EXPECT_NE(end.status, 0);
    EXPECT_TRUE(says(end.complaint, "version `ONLOAD_NODE_")) << end.complaint;
}

TEST_F(ProgramAlone, DoesNotStartWithoutALibrary) {
    fs::remove(folder.path("/libonload-node-system.so"));
    const auto end = run();
    EXPECT_EQ(end.status, 127);
    EXPECT_TRUE(says(end.complaint, "libonload-node-system.so")) << end.complaint;
}

}  // namespace
}  // namespace onload_node
