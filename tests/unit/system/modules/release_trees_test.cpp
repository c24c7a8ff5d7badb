// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"
#include "system/modules/release_trees.hpp"
#include "unit/core/formats/module_image_fixture.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

namespace onload_node::release_trees_test {
namespace {

const std::string kernel = "5.14.0-427.el9.x86_64";
const std::string real_time = kernel + "+rt";
const std::string symvers = "0x0000002a\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
                            "0x0000003b\tadd_mtd\tdrivers/mtd/mtd-core\tEXPORT_SYMBOL\t\n";

ModuleName module(const std::string& name) {
    return ModuleName::parse(name).value();
}

std::vector<std::string> names_of(const std::vector<KernelFolder>& kernels) {
    std::vector<std::string> names;
    for (const auto& each : kernels) {
        names.push_back(each.name);
    }
    return names;
}

class ReleaseTreesTest : public testing::Test {
protected:
    /// A kernel's own module with its index, as an OS image has it.
    void put_modules(const std::string& top) {
        fixture::ModuleImageFixture mtd{
            {"name=mtd", "depends=", "vermagic=" + kernel + " SMP "}, {}, own_machine};
        root_.put(top + "/lib/modules/" + kernel + "/kernel/mtd.ko", mtd.build());
        for (const auto* const file : {"builtin", "order", "builtin.modinfo"}) {
            root_.put(top + "/lib/modules/" + kernel + "/modules." + file, "");
        }
        const std::string command =
            "PATH=$PATH:/usr/sbin:/sbin depmod -b " + root_.path(top) + " " + kernel + " 2>&1";
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }

    void put_headers(const std::string& name) {
        root_.put("/usr/src/kernels/" + name + "/Module.symvers", symvers);
        root_.put("/usr/src/kernels/" + name + "/.config", "CONFIG_MODULES=y\n");
    }

    [[nodiscard]] KernelFolder only(const std::string& wanted = "") const {
        const auto kernels = find_kernels(root_.path(), wanted);
        EXPECT_EQ(kernels.size(), 1U);
        return kernels.empty() ? KernelFolder() : kernels.front();
    }

    fixture::TemporaryDirectory root_;
};

TEST_F(ReleaseTreesTest, FindsTheKernelOfAnOsImage) {
    put_modules("/usr");
    root_.put("/usr/lib/modules/" + kernel + "/symvers.gz", symvers);
    root_.put("/usr/lib/modules/" + kernel + "/config", "CONFIG_MODULES=y\n");
    const auto found = only();
    EXPECT_EQ(found.name, kernel);
    EXPECT_EQ(found.modules_root, root_.path("/usr"));
    EXPECT_EQ(found.symvers, root_.path("/usr/lib/modules/" + kernel + "/symvers.gz"));
    EXPECT_EQ(found.config, root_.path("/usr/lib/modules/" + kernel + "/config"));
    const KmodModuleTrees node(root_.path("/node"), TrustedOwner{::geteuid()});
    const ReleaseTrees trees(node, found);
    EXPECT_TRUE(trees.open("", kernel)->find(module("mtd")));
    EXPECT_FALSE(trees.open("", kernel)->find(module("mtd_core")));
    EXPECT_EQ(
        trees.open("/opt", kernel)->directory(), root_.path("/node/opt/lib/modules/" + kernel)
    );
    EXPECT_EQ(trees.kernel_symbols(kernel, {{"printk", {}}}).symbols.at("printk").crc, 0x2aU);
    EXPECT_EQ(trees.kernel_symbols("5.14.0-1", {{"printk", {}}}).path, "");
}

TEST_F(ReleaseTreesTest, FindsBothKernelsOfADriverToolkit) {
    put_modules("");
    put_headers(kernel);
    put_headers(real_time);
    root_.put("/usr/src/kernels/debug/empty", "");
    const auto found = find_kernels(root_.path(), "");
    EXPECT_EQ(names_of(found), (std::vector{kernel, real_time}));
    EXPECT_EQ(found[0].modules_root, root_.path());
    EXPECT_EQ(found[0].symvers, root_.path("/usr/src/kernels/" + kernel + "/Module.symvers"));
    EXPECT_EQ(found[1].modules_root, "");
    EXPECT_EQ(found[1].config, root_.path("/usr/src/kernels/" + real_time + "/.config"));
}

TEST_F(ReleaseTreesTest, KnowsTheModulesOfAKernelByItsSymvers) {
    put_headers(real_time);
    const KmodModuleTrees node(root_.path("/node"), TrustedOwner{::geteuid()});
    const auto tree = ReleaseTrees(node, only()).open("", real_time);
    const auto path = tree->find(module("mtd_core"));
    ASSERT_TRUE(path);
    EXPECT_EQ(tree->read(module("mtd_core"), *path, Origin::in_tree).problem, "");
    EXPECT_FALSE(tree->find(module("gone")));
}

TEST_F(ReleaseTreesTest, TakesWhatIsThereForAKernelWithoutSymvers) {
    put_modules("/usr");
    EXPECT_EQ(only().symvers, "");
    root_.put("/boot/symvers-" + kernel + ".gz", symvers);
    root_.put("/boot/config-" + kernel, "CONFIG_MODULES=y\n");
    EXPECT_EQ(only().symvers, root_.path("/boot/symvers-" + kernel + ".gz"));
    EXPECT_EQ(only().config, root_.path("/boot/config-" + kernel));
}

TEST_F(ReleaseTreesTest, TakesTheFolderOfOneKernel) {
    put_headers(kernel);
    const auto folder = root_.path("/usr/src/kernels/" + kernel);
    EXPECT_EQ(names_of(find_kernels(folder, "")), std::vector{kernel});
    // Its own word counts more than the name that it lies under, and than what is asked for.
    root_.put("/usr/src/kernels/" + kernel + "/include/config/kernel.release", real_time + "\n");
    EXPECT_EQ(names_of(find_kernels(folder, kernel)), std::vector{real_time});
    root_.put("/headers/Module.symvers", symvers);
    EXPECT_EQ(names_of(find_kernels(root_.path("/headers"), "")), std::vector<std::string>());
    EXPECT_EQ(names_of(find_kernels(root_.path("/headers"), kernel)), std::vector{kernel});
}

TEST_F(ReleaseTreesTest, FindsTheModulesBesideTheSymversOfOneFolder) {
    put_modules("/usr");
    const std::string folder = "/usr/lib/modules/" + kernel;
    root_.put(folder + "/symvers.xz", symvers);
    const auto found = find_kernels(root_.path(folder), "");
    ASSERT_EQ(names_of(found), std::vector{kernel});
    EXPECT_EQ(found[0].modules_root, root_.path("/usr"));
}

TEST_F(ReleaseTreesTest, FindsNothingInOtherFolders) {
    EXPECT_TRUE(find_kernels(root_.path("/missing"), kernel).empty());
    root_.put("/usr/lib/modules/" + kernel + "/vmlinuz", "");
    EXPECT_TRUE(find_kernels(root_.path(), kernel).empty());
}

}  // namespace
}  // namespace onload_node::release_trees_test
