// SPDX-License-Identifier: BSD-2-Clause
// `onload-node verify --for-release WHAT --root DIR` as a program.
#include "core/formats/module_image.hpp"
#include "core/model/exit_status.hpp"
#include "core/model/paths.hpp"
#include "system/processes/programs.hpp"
#include "unit/core/formats/module_image_fixture.hpp"
#include "unit/system/files/temporary_directory.hpp"
#include "unit/system/processes/patience.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace onload_node::for_release_test {
namespace {

namespace fs = std::filesystem;

const std::string kernel = "5.14.0-427.el9.x86_64";

bool says(const ProgramEnd& end, const std::string& part) {
    return end.output.find(part) != std::string::npos;
}

/// A node with a staged module, and an OS image's files whose kernel takes it.
class VerifyForRelease : public testing::Test {
protected:
    VerifyForRelease() {
        root_.put("/etc/onload-node/config.toml", "[driver]\nload = [\"sfc\"]\n");
        put_tree(root_, "/opt", "extra");
        root_.put(std::string(paths::control_plane_server), "");
        fs::permissions(root_.path(std::string(paths::control_plane_server)), fs::perms(0755));
        put_tree(release_, "/usr", "kernel");
        symvers("0x0000002a");
        release_.put("/usr/lib/modules/" + kernel + "/config", "CONFIG_MODULES=y\n");
    }

    static void put_tree(
        const fixture::TemporaryDirectory& where, const std::string& top, const std::string& folder
    ) {
        const std::string modules = top + "/lib/modules/" + kernel;
        fixture::ModuleImageFixture sfc{
            {"name=sfc", "depends=", "vermagic=" + kernel + " SMP mod_unload"},
            {0x01},
            own_machine};
        sfc.versions = {{"printk", 0x2a}};
        sfc.undefined = {"printk"};
        where.put(modules + "/" + folder + "/sfc.ko", sfc.build());
        for (const char* const file : {"builtin", "builtin.modinfo", "order"}) {
            where.put(modules + "/modules." + file, "");
        }
        const auto end = SystemPrograms().run(
            {"sh",
             "-c",
             "PATH=$PATH:/usr/sbin:/sbin exec depmod -b \"$0\" \"$1\"",
             where.path(top),
             kernel},
            fixture::patience
        );
        EXPECT_TRUE(end && end->status == 0);
    }

    void symvers(const std::string& crc) const {
        release_.put(
            "/usr/lib/modules/" + kernel + "/symvers", crc + "\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
        );
    }

    [[nodiscard]] std::string archive() const {
        auto file = root_.path("/release.tar");
        const auto end = SystemPrograms().run(
            {"tar", "-cf", file, "-C", release_.path(), "usr"}, fixture::patience
        );
        EXPECT_TRUE(end && end->status == 0);
        return file;
    }

    [[nodiscard]] ProgramEnd
    verify(const std::string& release, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words = {
            std::getenv("ONLOAD_NODE"), "verify", "--root", root_.path(), "--for-release", release};
        words.insert(words.end(), more.begin(), more.end());
        const auto end = SystemPrograms().run(words, fixture::patience);
        EXPECT_TRUE(end);
        EXPECT_FALSE(fs::exists(root_.path(std::string(paths::gate_directory))));
        return end.value_or(ProgramEnd());
    }

    void expect_refused(const ProgramEnd& end, const std::string& words) const {
        EXPECT_EQ(end.status, exit_status::in_tree) << end.output << end.complaint;
        EXPECT_TRUE(says(end, "FAILED")) << end.output;
        EXPECT_TRUE(says(end, words)) << end.output;
    }

    fixture::TemporaryDirectory root_;
    fixture::TemporaryDirectory release_;
};

TEST_F(VerifyForRelease, ZeroWhenItWouldLoadThere) {
    for (const auto& release :
         {release_.path(), archive(), release_.path("/usr/lib/modules/" + kernel)}) {
        const auto end = verify(release);
        EXPECT_EQ(end.status, 0) << end.output << end.complaint;
        EXPECT_TRUE(says(end, kernel + ", of " + release)) << end.output;
        EXPECT_TRUE(says(end, "1 symbols, as in")) << end.output;
    }
}

TEST_F(VerifyForRelease, ThreeWhenTheKernelHasOtherSymbols) {
    symvers("0x0000002b");
    for (const auto& release : {release_.path(), archive()}) {
        expect_refused(verify(release), "printk with CRC 0x0000002a, the kernel has 0x0000002b");
    }
}

TEST_F(VerifyForRelease, ThreeWhenItIsNotKnownByWhatToTell) {
    fs::remove(release_.path("/usr/lib/modules/" + kernel + "/symvers"));
    expect_refused(verify(release_.path()), "has no symvers file of kernel " + kernel);
    expect_refused(verify(release_.path(), {"--kernel", "5.14.0-1"}), "kernel 5.14.0-1 is not in");
    fs::remove_all(release_.path("/usr/lib"));
    release_.put("/usr/x", "");
    expect_refused(verify(archive()), "has no kernel");
    EXPECT_EQ(verify(root_.path("/missing")).status, 1);
}

TEST_F(VerifyForRelease, ThreeForSeveralKernelsUntilOneIsNamed) {
    release_.put(
        "/usr/src/kernels/" + kernel + "+rt/Module.symvers", "0x1\tx\tvmlinux\tEXPORT_SYMBOL\t\n"
    );
    release_.put(
        "/etc/driver-toolkit-release.json",
        "{\"KERNEL_VERSION\": \"" + kernel + "\", \"RT_KERNEL_VERSION\": \"" + kernel + "+rt\"}"
    );
    expect_refused(verify(release_.path()), "the real-time one is " + kernel + "+rt");
    EXPECT_EQ(verify(release_.path(), {"--kernel", kernel}).status, 0);
    expect_refused(
        verify(release_.path(), {"--kernel", kernel + "+rt"}),
        "nothing is staged for kernel " + kernel + "+rt"
    );
}

TEST_F(VerifyForRelease, JudgesWhatASourceWouldStage) {
    fs::remove_all(root_.path("/opt"));
    expect_refused(verify(release_.path()), "nothing is staged");
    const fixture::TemporaryDirectory image;
    put_tree(image, "/opt", "extra");
    const auto end = verify(release_.path(), {"--modules", image.path(), "--json"});
    EXPECT_EQ(end.status, 0) << end.output << end.complaint;
    EXPECT_TRUE(says(end, "\"modules\" : \"" + image.path())) << end.output;
    EXPECT_FALSE(fs::exists(root_.path("/opt/lib")));
    symvers("0x0000002b");
    const auto refused = verify(release_.path(), {"--modules", image.path(), "--json"});
    EXPECT_EQ(refused.status, exit_status::in_tree);
    EXPECT_TRUE(says(refused, "\"reason_code\" : \"symbols\"")) << refused.output;
    const fixture::TemporaryDirectory libraries;
    libraries.put("/opt/onload/usr/lib64/libonload.so", "x");
    expect_refused(
        verify(release_.path(), {"--modules", libraries.path()}), "has no modules for kernel"
    );
    fs::rename(image.path("/opt/lib/modules/" + kernel), image.path("/opt/lib/modules/5.14.0-1"));
    expect_refused(
        verify(release_.path(), {"--modules", image.path()}), "has no modules for kernel"
    );
}

TEST_F(VerifyForRelease, LeavesNothingOfARunThatWasKilled) {
    root_.put(std::string(paths::gate_directory) + "/release/lib/modules/5.0/symvers", "old");
    const auto end = verify(archive());
    EXPECT_EQ(end.status, 0) << end.output << end.complaint;
}

TEST_F(VerifyForRelease, TakesNoOtherQuestionToo) {
    EXPECT_EQ(verify(release_.path(), {"--pending"}).status, 64);
    EXPECT_EQ(verify(release_.path(), {"--require-pending"}).status, 64);
}

}  // namespace
}  // namespace onload_node::for_release_test
