// SPDX-License-Identifier: BSD-2-Clause
// `onload-node verify --pending --root DIR` as a program, on a node that ostree has laid out.
#include "core/formats/module_image.hpp"
#include "core/model/exit_status.hpp"
#include "unit/app/inspect/run_program.hpp"
#include "unit/core/formats/module_image_fixture.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

using fixture::Ended;
using fixture::ModuleImageFixture;
using fixture::run;

const std::string old_kernel = "5.14.0-284.el9.x86_64";
const std::string new_kernel = "5.14.0-427.el9.x86_64";  // that of the fixture modules
const std::string deployments = "/ostree/deploy/rhcos/deploy/";
const std::string checksum(64, 'c');

/// A node whose next boot runs another kernel, for which a module is staged.
class VerifyPendingTest : public testing::Test {
protected:
    VerifyPendingTest() {
        root_.put("/etc/onload-node/config.toml", "[driver]\nload = [\"sfc\"]\n");
        deploy(std::string(64, 'a') + ".0", "boot.1.1/rhcos/old/0", old_kernel);
        deploy(checksum + ".0", "boot.1.1/rhcos/new/0", new_kernel);
        fs::create_symlink("boot.1.1", root_.path("/ostree/boot.1"));
        entry("1", "old", old_kernel);
        stage("extra", "/opt/lib/modules/" + new_kernel);
        stage("kernel", own_modules());
        symvers(0x2a);
    }

    [[nodiscard]] static std::string own_modules() {
        return deployments + checksum + ".0/usr/lib/modules/" + new_kernel;
    }

    void deploy(const std::string& name, const std::string& link, const std::string& kernel) const {
        const std::string root = root_.path(deployments + name);
        root_.put(deployments + name + "/usr/lib/modules/" + kernel + "/vmlinuz", "kernel");
        fs::create_symlink("usr/lib", root + "/lib");
        fs::create_directories(fs::path(root_.path("/ostree/" + link)).parent_path());
        fs::create_symlink("../../../deploy/rhcos/deploy/" + name, root_.path("/ostree/" + link));
    }

    void
    entry(const std::string& version, const std::string& boot, const std::string& kernel) const {
        root_.put(
            "/boot/loader/entries/ostree-" + version + "-rhcos.conf",
            "version " + version + "\noptions ostree=/ostree/boot.1/rhcos/" + boot +
                "/0\nlinux /ostree/rhcos-" + boot + "/vmlinuz-" + kernel + "\n"
        );
    }

    void stage(const std::string& folder, const std::string& modules) const {
        ModuleImageFixture sfc{
            {"name=sfc",
             "depends=",
             "vermagic=" + new_kernel + " SMP mod_unload",
             "alias=pci:v00001924d00000A03sv*sd*bc*sc*i*"},
            {0x01},
            own_machine};
        sfc.versions = {{"printk", 0x2a}};
        sfc.undefined = {"printk"};
        root_.put(modules + "/" + folder + "/sfc.ko", sfc.build());
        for (const char* const file :
             {"modules.builtin", "modules.builtin.modinfo", "modules.order"}) {
            root_.put(modules + "/" + file, "");
        }
        const std::string base = modules.substr(0, modules.find("/lib/modules"));
        const auto ended =
            run("PATH=$PATH:/usr/sbin:/sbin depmod -b " +
                root_.path(base.substr(0, base.rfind("/usr"))) + " " + new_kernel);
        EXPECT_EQ(ended.status, 0) << ended.text;
    }

    void symvers(unsigned crc) const {
        std::array<char, 64> line{};
        std::snprintf(line.data(), line.size(), "0x%08x\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n", crc);
        root_.put(own_modules() + "/symvers", line.data());
    }

    [[nodiscard]] Ended verify(const std::string& options = "") const {
        return fixture::run_program("verify --pending --root " + root_.path() + " " + options);
    }

    fixture::TemporaryDirectory root_;
};

bool says(const Ended& ended, const std::string& part) {
    return ended.text.find(part) != std::string::npos;
}

TEST_F(VerifyPendingTest, ZeroWhenWhatIsStagedWouldLoadThere) {
    entry("2", "new", new_kernel);
    const auto ended = verify();
    EXPECT_EQ(ended.status, 0) << ended.text;
    EXPECT_TRUE(
        says(ended, "pending kernel: " + new_kernel + ", by boot loader entry ostree-2-rhcos.conf")
    ) << ended.text;
    EXPECT_TRUE(says(
        ended, root_.path(own_modules().substr(0, own_modules().find("/usr"))) + "/lib/modules/"
    )) << ended.text;
}

TEST_F(VerifyPendingTest, ThreeWhenTheKernelOfTheDeploymentHasOtherSymbols) {
    entry("2", "new", new_kernel);
    symvers(0x2b);
    const auto ended = verify();
    EXPECT_EQ(ended.status, exit_status::in_tree) << ended.text;
    EXPECT_TRUE(says(ended, "printk")) << ended.text;
}

TEST_F(VerifyPendingTest, ThreeWhenNothingIsStagedForIt) {
    const auto ended = verify();
    EXPECT_EQ(ended.status, exit_status::in_tree) << ended.text;
    EXPECT_TRUE(says(ended, "nothing is staged for kernel " + old_kernel)) << ended.text;
}

TEST_F(VerifyPendingTest, ZeroWhenAPendingKernelIsDemandedAndOneIs) {
    // Below another root no kernel runs, so that of the next boot always counts as another one.
    entry("2", "new", new_kernel);
    const auto ended = verify("--require-pending");
    EXPECT_EQ(ended.status, 0) << ended.text;
    EXPECT_TRUE(says(ended, "kernel             " + new_kernel + " is pending")) << ended.text;
}

TEST_F(VerifyPendingTest, OneWhenNobodyKnowsWhatTheNextBootRuns) {
    entry("2", "gone", new_kernel);
    auto ended = verify();
    EXPECT_EQ(ended.status, 1) << ended.text;
    EXPECT_TRUE(says(ended, "/ostree/boot.1/rhcos/gone/0, which cannot be found")) << ended.text;
    fs::remove_all(root_.path("/boot"));
    ended = verify();
    EXPECT_EQ(ended.status, 1) << ended.text;
    EXPECT_TRUE(says(ended, "nothing below " + root_.path() + " tells which kernel")) << ended.text;
}

TEST_F(VerifyPendingTest, TellsAProgramTheSame) {
    entry("2", "new", new_kernel);
    const auto ended = verify("--json");
    EXPECT_EQ(ended.status, 0) << ended.text;
    for (const std::string& part : std::vector<std::string>{
             "\"kernel\" : \"" + new_kernel,
             std::string("\"pending\" : true"),
             std::string("\"told_by\" : \"boot loader entry ostree-2-rhcos.conf\"")}) {
        EXPECT_TRUE(says(ended, part)) << part << "\n" << ended.text;
    }
}

TEST_F(VerifyPendingTest, DoesNotTakeAKernelToo) {
    EXPECT_EQ(verify("--kernel=" + new_kernel).status, 64);
    EXPECT_EQ(verify("--modules=/x").status, 64);
    EXPECT_EQ(verify("--for-release=/x").status, 64);
}

}  // namespace
}  // namespace onload_node
