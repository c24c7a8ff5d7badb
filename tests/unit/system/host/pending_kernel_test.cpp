// SPDX-License-Identifier: BSD-2-Clause
#include "system/host/pending_kernel.hpp"
#include "system/modules/kmod_trees.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace onload_node {
namespace {

namespace fs = std::filesystem;

const std::string old_kernel = "5.14.0-427.el9.x86_64";
const std::string new_kernel = "5.14.0-570.el9.x86_64";
const std::string old_checksum(64, '1');
const std::string new_checksum(64, '2');

class PendingKernelTest : public testing::Test {
protected:
    void directory(const std::string& path) const { fs::create_directories(root_.path(path)); }

    void link(const std::string& path, const std::string& target) const {
        directory(fs::path(path).parent_path().string());
        fs::create_symlink(target, root_.path(path));
    }

    [[nodiscard]] Result<std::optional<PendingKernel>> pending() const {
        return SystemBootLoader(root_.path()).pending();
    }

    /// What the next boot runs; what it says instead, when it says something else.
    [[nodiscard]] std::string release() const {
        const auto found = pending();
        return !found ? found.error().message : *found ? (*found)->release : "none";
    }

    fixture::TemporaryDirectory root_;
};

TEST_F(PendingKernelTest, IsNoneWhereNothingTells) {
    EXPECT_EQ(release(), "none");
}

/// A node as ostree lays it out: each deployment with its kernel and the modules of it.
class OstreeTest : public PendingKernelTest {
protected:
    OstreeTest() {
        // As on a booted node, where /ostree leads into the real root.
        directory("/sysroot/ostree");
        link("/ostree", "sysroot/ostree");
        link("/ostree/boot.1", "boot.1.1");
        link("/boot/loader", "loader.1");
        deploy("/ostree/boot.1.1/rhcos/aaaa/0", old_checksum, old_kernel);
        entry("ostree-1-rhcos.conf", "1", "aaaa", old_kernel);
    }

    [[nodiscard]] static std::string deployment(const std::string& checksum) {
        return "/sysroot/ostree/deploy/rhcos/deploy/" + checksum + ".0";
    }

    void modules(const std::string& checksum, const std::string& kernel) const {
        root_.put(deployment(checksum) + "/usr/lib/modules/" + kernel + "/vmlinuz", "kernel");
        link(deployment(checksum) + "/lib", "usr/lib");
    }

    void
    deploy(const std::string& boot, const std::string& checksum, const std::string& kernel) const {
        modules(checksum, kernel);
        link(boot, "../../../deploy/rhcos/deploy/" + checksum + ".0");
    }

    void entry(
        const std::string& file,
        const std::string& version,
        const std::string& boot,
        const std::string& kernel
    ) const {
        root_.put(
            "/boot/loader.1/entries/" + file,
            "title RHCOS\nversion " + version + "\noptions rw ostree=/ostree/boot.1/rhcos/" + boot +
                "/0\nlinux /ostree/rhcos-" + boot + "/vmlinuz-" + kernel + "\n"
        );
    }
};

TEST_F(OstreeTest, IsThatOfTheNewestEntry) {
    EXPECT_EQ(release(), old_kernel);
    deploy("/ostree/boot.1.1/rhcos/bbbb/0", new_checksum, new_kernel);
    entry("ostree-2-rhcos.conf", "2", "bbbb", new_kernel);
    const auto found = pending();
    ASSERT_TRUE(found && *found) << release();
    EXPECT_EQ((*found)->release, new_kernel);
    EXPECT_EQ((*found)->root, root_.path(deployment(new_checksum)));
    EXPECT_EQ((*found)->told_by, "boot loader entry ostree-2-rhcos.conf");
}

TEST_F(OstreeTest, IsThatOfAStagedDeploymentBeforeItHasAnEntry) {
    modules(new_checksum, new_kernel);
    root_.put(
        "/run/ostree/staged-deployment",
        "target " + new_checksum + ".0 merge " + old_checksum + ".0"
    );
    const auto found = pending();
    ASSERT_TRUE(found && *found) << release();
    EXPECT_EQ((*found)->release, new_kernel);
    EXPECT_EQ((*found)->root, root_.path(deployment(new_checksum)));
}

TEST_F(OstreeTest, IsNotGuessedWhenAStagedDeploymentIsNotToBeTold) {
    root_.put("/run/ostree/staged-deployment", "target " + new_checksum + ".0");
    EXPECT_NE(release().find("names none that is there"), std::string::npos) << release();
    modules(new_checksum, new_kernel);
    modules(std::string(64, '3'), new_kernel);
    root_.put("/run/ostree/staged-deployment", new_checksum + ".0 " + std::string(64, '3') + ".0");
    EXPECT_NE(release().find("does not tell which"), std::string::npos) << release();
}

/// As an image built from the system's with modules for another kernel has it.
TEST_F(OstreeTest, IsTheFolderThatHasTheKernel) {
    modules(new_checksum, new_kernel);
    const std::string folder = deployment(new_checksum) + "/usr/lib/modules/";
    directory(folder + old_kernel + "/extra");
    directory(folder + "5.14.0-9.el9.x86_64/vmlinuz");
    root_.put(folder + "5.14.0-8.el9.x86_64/vmlinuz-5.14.0-8.el9.x86_64", "");
    root_.put(folder + "README", "");
    link(folder + "current", new_kernel);
    root_.put("/run/ostree/staged-deployment", new_checksum + ".0");
    EXPECT_EQ(release(), new_kernel);
}

TEST_F(OstreeTest, IsNotGuessedWhenNoneOrSeveralFoldersHaveAKernel) {
    modules(new_checksum, new_kernel);
    const std::string folder = deployment(new_checksum) + "/usr/lib/modules/";
    root_.put(folder + old_kernel + "/vmlinuz", "");
    root_.put("/run/ostree/staged-deployment", new_checksum + ".0");
    EXPECT_NE(
        release().find("has more than one kernel: " + old_kernel + ", " + new_kernel),
        std::string::npos
    ) << release();
    for (const auto& kernel : {old_kernel, new_kernel}) {
        fs::remove(root_.path(folder + kernel + "/vmlinuz"));
    }
    EXPECT_NE(release().find("has no kernel (KERNEL/vmlinuz)"), std::string::npos) << release();
}

TEST_F(OstreeTest, MayBeOfAnyFlavour) {
    for (const std::string flavour : {"+rt", "+debug", "+64k", "+rt-debug", "~rc1"}) {
        const auto kernel = new_kernel + flavour;
        fs::remove_all(root_.path(deployment(new_checksum)));
        modules(new_checksum, kernel);
        root_.put("/run/ostree/staged-deployment", new_checksum + ".0");
        EXPECT_EQ(release(), kernel);
    }
}

TEST_F(OstreeTest, HasTheNameOfARelease) {
    modules(new_checksum, "-h");
    root_.put("/run/ostree/staged-deployment", new_checksum + ".0");
    EXPECT_NE(release().find("has no kernel"), std::string::npos) << release();
}

TEST_F(OstreeTest, HasToBeThereWhole) {
    entry("ostree-2-rhcos.conf", "2", "bbbb", new_kernel);
    EXPECT_NE(
        release().find("/ostree/boot.1/rhcos/bbbb/0, which cannot be found"), std::string::npos
    ) << release();
    link("/ostree/boot.1.1/rhcos/bbbb/0", "../../../../../etc");
    directory("/etc");
    EXPECT_NE(release().find("no ostree deployment"), std::string::npos) << release();
    fs::remove(root_.path("/ostree/boot.1.1/rhcos/bbbb/0"));
    deploy("/ostree/boot.1.1/rhcos/bbbb/0", new_checksum, "another");
    EXPECT_NE(
        release().find("whose modules are not there: " + root_.path(deployment(new_checksum))),
        std::string::npos
    ) << release();
}

TEST_F(OstreeTest, HasItsModulesInItsDeploymentAndTheStagedOnesOnTheNode) {
    modules(new_checksum, new_kernel);
    root_.put("/opt/lib/modules/" + new_kernel + "/modules.dep", "");
    root_.put(
        deployment(new_checksum) + "/usr/lib/modules/" + new_kernel + "/symvers",
        "0x0000002a\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
    );
    directory("/lib/modules/" + old_kernel);
    const std::string deployed = root_.path(deployment(new_checksum));
    const TrustedOwner trusted{::geteuid()};
    const KmodModuleTrees node(root_.path(), trusted);
    const DeploymentTrees trees(node, PendingKernel{new_kernel, deployed, ""}, trusted);
    const Symbols wanted = {{"printk", {}}};
    EXPECT_EQ(trees.open("", new_kernel)->directory(), deployed + "/lib/modules/" + new_kernel);
    EXPECT_EQ(trees.open("", old_kernel)->directory(), root_.path("/lib/modules/" + old_kernel));
    EXPECT_EQ(
        trees.open("/opt", new_kernel)->directory(), root_.path("/opt/lib/modules/" + new_kernel)
    );
    EXPECT_EQ(trees.kernels(""), (std::vector<std::string>{old_kernel, new_kernel}));
    EXPECT_EQ(trees.kernels("/opt"), std::vector<std::string>{new_kernel});
    EXPECT_EQ(trees.kernel_symbols(new_kernel, wanted).symbols.size(), 1U);
    EXPECT_EQ(trees.kernel_symbols(old_kernel, wanted).path, "");
    const DeploymentTrees as_they_are(node, std::nullopt, trusted);
    EXPECT_EQ(as_they_are.kernels(""), std::vector<std::string>{old_kernel});
    EXPECT_EQ(as_they_are.kernel_symbols(new_kernel, wanted).path, "");
}

TEST_F(PendingKernelTest, IsThatOfAPlainEntry) {
    directory("/lib/modules/6.1.0-9");
    root_.put("/boot/loader/entries/m-6.1.0-9.conf", "version 6.1.0-9\nlinux /vmlinuz-6.1.0-9\n");
    root_.put("/boot/loader/entries/README", "version 9\nlinux /vmlinuz-9\n");
    EXPECT_EQ(release(), "6.1.0-9");
    root_.put(
        "/boot/loader/entries/m-6.1.0-56.conf", "version 6.1.0-56\nlinux /vmlinuz-6.1.0-56\n"
    );
    EXPECT_NE(
        release().find("kernel 6.1.0-56 (boot loader entry m-6.1.0-56.conf)"), std::string::npos
    ) << release();
    directory("/lib/modules/6.1.0-56");
    EXPECT_EQ(release(), "6.1.0-56");
    root_.put("/boot/grub2/grubenv", "saved_entry=m-6.1.0-9\n");
    EXPECT_EQ(release(), "6.1.0-9");
    EXPECT_EQ((*pending())->root, "");
}

TEST_F(PendingKernelTest, IsNotGuessedFromAnEntryWithoutAKernel) {
    root_.put("/boot/loader/entries/memtest.conf", "version 1\nefi /memtest.efi\n");
    EXPECT_NE(release().find("names no kernel by its release"), std::string::npos) << release();
    root_.put("/boot/loader/entries/memtest.conf", "version 1\nlinux /vmlinuz-..\n");
    EXPECT_NE(release().find("names no kernel by its release"), std::string::npos) << release();
}

TEST_F(PendingKernelTest, IsThatOfDebiansLink) {
    link("/boot/vmlinuz", "vmlinuz-6.1.0-9");
    EXPECT_NE(release().find("6.1.0-9 (the link /boot/vmlinuz)"), std::string::npos) << release();
    directory("/lib/modules/6.1.0-9");
    EXPECT_EQ(release(), "6.1.0-9");
    directory("/lib/modules/6.1.0-56");
    link("/vmlinuz", "boot/vmlinuz-6.1.0-56");
    EXPECT_EQ(release(), "6.1.0-56");
}

TEST_F(PendingKernelTest, SaysWhatItCannotRead) {
    root_.put("/boot/loader", "");
    EXPECT_NE(
        release().find("cannot list " + root_.path("/boot/loader/entries")), std::string::npos
    ) << release();
}

}  // namespace
}  // namespace onload_node
