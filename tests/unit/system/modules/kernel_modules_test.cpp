// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/digest.hpp"
#include "system/modules/kernel_modules.hpp"
#include "unit/core/formats/module_image_fixture.hpp"
#include "unit/system/compression/compress.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <cerrno>
#include <chrono>
#include <deque>

#include <gtest/gtest.h>
#include <unistd.h>

namespace onload_node {
namespace {

using fixture::Bytes;
using fixture::ModuleImageFixture;

ModuleName module(const std::string& name) {
    return ModuleName::parse(name).value();
}

/// Stands in for the kernel: records what it is given and answers as told.
struct RecordingKernel {
    std::vector<std::pair<Bytes, std::string>> images;
    std::vector<std::pair<std::string, std::string>> files;
    ChildOutcome::End end = ChildOutcome::End::returned;
    int load_answer = 0;
    std::deque<int> remove_answers;  ///< the last one for ever
    int removals = 0;

    ModuleCalls calls() {
        return {
            [this](std::span<const std::byte> image, const std::string& parameters, Milliseconds) {
                images.emplace_back(Bytes(image.begin(), image.end()), parameters);
                return ChildOutcome{end, load_answer};
            },
            [this](const std::string& path, const std::string& parameters, Milliseconds) {
                files.emplace_back(path, parameters);
                return ChildOutcome{end, load_answer};
            },
            [this](const std::string& /*name*/, Milliseconds) {
                ++removals;
                const int answer = remove_answers.front();
                if (remove_answers.size() > 1) {
                    remove_answers.pop_front();
                }
                return ChildOutcome{end, answer};
            },
        };
    }
};

constexpr Milliseconds limit(1000);

class KernelModulesTest : public testing::Test {
protected:
    /// A module as sysfs shows it.
    void put_loaded(const std::string& name, const std::string& taint, const std::string& state) {
        const std::string directory = "/sys/module/" + name;
        root_.put(directory + "/initstate", state + "\n");
        root_.put(directory + "/taint", taint + "\n");
        root_.put(directory + "/version", "5.3.16\n");
        root_.put(directory + "/refcnt", "3\n");
        root_.put(directory + "/holders/sfc_char/x", "");
        root_.put(directory + "/holders/onload/x", "");
        Bytes notes;
        const Elf64_Nhdr header{4, 2, NT_GNU_BUILD_ID};
        fixture::append(notes, &header, sizeof(header));
        fixture::append(notes, "GNU\0\xca\xfe\0\0", 8);
        root_.put(directory + "/notes/.note.gnu.build-id", notes);
    }

    /// The step that was planned for a staged file with these bytes.
    LoadModule planned(const Bytes& bytes) {
        return {
            module("sfc"),
            Origin::out_of_tree,
            root_.put("/opt/sfc.ko", bytes),
            sha256_hex(bytes).value(),
            "0123abff",
            {{"performance_profile", "low latency"}},
        };
    }

    fixture::TemporaryDirectory root_;
    RecordingKernel kernel_;
    KernelModules modules_{root_.path(), kernel_.calls(), TrustedOwner{::geteuid()}};
};

TEST_F(KernelModulesTest, TellsAllOfALoadedModule) {
    put_loaded("sfc", "OE", "live");
    const auto loaded = modules_.loaded(module("sfc"));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->origin, Origin::out_of_tree);
    EXPECT_EQ(loaded->version, "5.3.16");
    EXPECT_EQ(loaded->build_id, "cafe");
    EXPECT_EQ(loaded->holders, (std::vector<ModuleName>{module("onload"), module("sfc_char")}));
    EXPECT_EQ(loaded->use_count, 3);
    EXPECT_TRUE(loaded->live);
}

TEST_F(KernelModulesTest, TellsInTreeModulesByTheirTaint) {
    put_loaded("sfc", "E", "coming");
    const auto loaded = modules_.loaded(module("sfc"));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->origin, Origin::in_tree);
    EXPECT_FALSE(loaded->live);
}

TEST_F(KernelModulesTest, CountsBuiltInAndAbsentModulesAsNotLoaded) {
    root_.put("/sys/module/mdio/parameters/x", "1");
    EXPECT_FALSE(modules_.loaded(module("mdio")));
    EXPECT_FALSE(modules_.loaded(module("sfc")));
}

TEST_F(KernelModulesTest, LoadsExactlyTheBytesThatWereVerified) {
    const Bytes image = ModuleImageFixture{}.build();
    for (const Bytes& staged : {image, fixture::xz(image), fixture::zstd(image)}) {
        const auto loaded = modules_.load(planned(staged), limit);
        ASSERT_TRUE(loaded) << loaded.error().message;
        EXPECT_TRUE(kernel_.images.back().first == image);
        EXPECT_EQ(kernel_.images.back().second, "performance_profile=\"low latency\"");
    }
    EXPECT_EQ(kernel_.images.size(), 3U);
    EXPECT_TRUE(kernel_.files.empty());
}

TEST_F(KernelModulesTest, LoadsNothingThatSomebodyElseCouldHaveWritten) {
    const auto step = planned(ModuleImageFixture{}.build());
    std::filesystem::permissions(root_.path("/opt"), std::filesystem::perms(0777));
    const auto loaded = modules_.load(step, limit);
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().message.find("/opt is not safe to load from"), std::string::npos)
        << loaded.error().message;
    EXPECT_TRUE(kernel_.images.empty());
}

TEST_F(KernelModulesTest, TellsAHangFromAFailure) {
    const auto step = planned(fixture::ModuleImageFixture{}.build());
    kernel_.end = ChildOutcome::End::hung;
    const auto hung = modules_.load(step, limit);
    ASSERT_FALSE(hung);
    EXPECT_EQ(hung.error().code, ErrorCode::hung);
    EXPECT_NE(hung.error().message.find("1000 ms (limits.probe)"), std::string::npos);
    kernel_.end = ChildOutcome::End::died;
    const auto died = modules_.load(step, limit);
    ASSERT_FALSE(died);
    EXPECT_EQ(died.error().code, ErrorCode::hung);
}

TEST_F(KernelModulesTest, LoadsNothingWhenTheFileHasChanged) {
    const LoadModule step = planned(ModuleImageFixture{}.build());
    ModuleImageFixture other;
    other.modinfo[0] = "version=5.3.17";
    root_.put("/opt/sfc.ko", other.build());
    const auto loaded = modules_.load(step, limit);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::mismatch);
    EXPECT_NE(
        loaded.error().message.find(step.path + " is not the file that was verified"),
        std::string::npos
    );
    EXPECT_TRUE(kernel_.images.empty());
}

TEST_F(KernelModulesTest, LoadsNothingWhenTheBuildIdIsAnother) {
    LoadModule step = planned(ModuleImageFixture{}.build());
    step.build_id = "0123ab00";
    const auto loaded = modules_.load(step, limit);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::mismatch);
    EXPECT_TRUE(kernel_.images.empty());
}

TEST_F(KernelModulesTest, LoadsNothingWithoutADigest) {
    LoadModule step = planned(ModuleImageFixture{}.build());
    step.sha256.clear();
    EXPECT_EQ(modules_.load(step, limit).error().code, ErrorCode::mismatch);
    EXPECT_TRUE(kernel_.images.empty());
}

TEST_F(KernelModulesTest, LoadsNothingThroughALink) {
    LoadModule step = planned(ModuleImageFixture{}.build());
    const std::string link = root_.path("/opt/link.ko");
    std::filesystem::create_symlink(step.path, link);
    step.path = link;
    EXPECT_FALSE(modules_.load(step, limit));
    EXPECT_TRUE(kernel_.images.empty());
}

TEST_F(KernelModulesTest, LoadsInTreeModulesByPath) {
    LoadModule step = planned(ModuleImageFixture{}.build());
    step.origin = Origin::in_tree;
    step.sha256.clear();
    ASSERT_TRUE(modules_.load(step, limit));
    ASSERT_EQ(kernel_.files.size(), 1U);
    EXPECT_EQ(kernel_.files[0].first, step.path);
    EXPECT_EQ(kernel_.files[0].second, "performance_profile=\"low latency\"");
    step.path = root_.path("/none.ko");
    EXPECT_EQ(modules_.load(step, limit).error().code, ErrorCode::not_found);
    EXPECT_EQ(kernel_.files.size(), 1U);
}

TEST_F(KernelModulesTest, SaysWhatTheKernelMeant) {
    const LoadModule step = planned(ModuleImageFixture{}.build());
    const std::tuple<int, ErrorCode, std::string> cases[] = {
        {EEXIST, ErrorCode::exists, "a module named sfc is in the kernel already"},
        {ENOENT, ErrorCode::mismatch, "needs a symbol"},
        {EINVAL, ErrorCode::io, "a parameter has a value that the module refuses"},
        {ENOEXEC, ErrorCode::io, "not built for this kernel"},
        {EKEYREJECTED, ErrorCode::io, "signed modules only"},
        {EPERM, ErrorCode::permission, "lockdown"},
        {EBUSY, ErrorCode::busy, "busy"},
    };
    for (const auto& [number, code, text] : cases) {
        kernel_.load_answer = number;
        const auto loaded = modules_.load(step, limit);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, code) << number;
        EXPECT_NE(loaded.error().message.find(text), std::string::npos) << loaded.error().message;
    }
}

TEST_F(KernelModulesTest, UnloadsAndCountsAnAbsentModuleAsUnloaded) {
    kernel_.remove_answers = {0};
    EXPECT_TRUE(modules_.unload(module("sfc"), Milliseconds(0), limit));
    kernel_.remove_answers = {ENOENT};
    EXPECT_TRUE(modules_.unload(module("sfc"), Milliseconds(0), limit));
    EXPECT_EQ(kernel_.removals, 2);
}

TEST_F(KernelModulesTest, TriesAgainWhileTheModuleIsBusy) {
    kernel_.remove_answers = {EAGAIN, EBUSY, EAGAIN, 0};
    EXPECT_TRUE(modules_.unload(module("sfc"), fixture::patience, limit));
    EXPECT_EQ(kernel_.removals, 4);
}

TEST_F(KernelModulesTest, TriesOnceWithoutTime) {
    kernel_.remove_answers = {EAGAIN};
    EXPECT_EQ(modules_.unload(module("sfc"), Milliseconds(0), limit).error().code, ErrorCode::busy);
    EXPECT_EQ(kernel_.removals, 1);
}

TEST_F(KernelModulesTest, NamesTheUsersAtTheLimit) {
    put_loaded("sfc", "O", "live");
    kernel_.remove_answers = {EAGAIN};
    const auto begin = std::chrono::steady_clock::now();
    const auto unloaded = modules_.unload(module("sfc"), Milliseconds(300), limit);
    const auto waited = std::chrono::steady_clock::now() - begin;
    ASSERT_FALSE(unloaded);
    EXPECT_EQ(unloaded.error().code, ErrorCode::busy);
    EXPECT_EQ(unloaded.error().message, "sfc is in use by onload, sfc_char (use count 3)");
    EXPECT_GE(waited, Milliseconds(300));
    EXPECT_LT(waited, fixture::patience);
    // 10, 20, 40, 80 and 150 ms apart.
    EXPECT_LE(kernel_.removals, 6);
}

TEST_F(KernelModulesTest, DoesNotTryAgainWhatIsForbidden) {
    kernel_.remove_answers = {EPERM};
    const auto unloaded = modules_.unload(module("sfc"), fixture::patience, limit);
    EXPECT_EQ(unloaded.error().code, ErrorCode::permission);
    EXPECT_EQ(kernel_.removals, 1);
}

TEST_F(KernelModulesTest, AnExitThatHangsOrBreaksIsNotTriedAgain) {
    kernel_.remove_answers = {0};
    for (const auto end : {ChildOutcome::End::hung, ChildOutcome::End::died}) {
        kernel_.end = end;
        const auto unloaded = modules_.unload(module("sfc"), fixture::patience, limit);
        ASSERT_FALSE(unloaded);
        EXPECT_EQ(unloaded.error().code, ErrorCode::hung);
        EXPECT_NE(unloaded.error().message.find("exit"), std::string::npos);
    }
    EXPECT_EQ(kernel_.removals, 2);
}

}  // namespace
}  // namespace onload_node
