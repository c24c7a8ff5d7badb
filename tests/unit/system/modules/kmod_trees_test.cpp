// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/module_image.hpp"
#include "system/files/digest.hpp"
#include "system/modules/kmod_trees.hpp"
#include "unit/core/formats/module_image_fixture.hpp"
#include "unit/system/compression/compress.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

namespace onload_node::kmod_trees_test {
namespace {

using fixture::ModuleImageFixture;
using Names = std::vector<ModuleName>;

const std::string kernel = "5.14.0-427.el9.x86_64";

ModuleName module(const std::string& name) {
    return ModuleName::parse(name).value();
}

/// Fixture modules below a temporary root, indexed by the real depmod.
class KmodTreesTest : public testing::Test {
protected:
    KmodTreesTest() {
        ModuleImageFixture sfc;
        sfc.machine = own_machine;
        put("updates/sfc.ko.xz", fixture::xz(sfc.build()));
        ModuleImageFixture onload{
            {"name=onload", "depends=", "alias=char-major-100-*"}, {0xaa}, own_machine};
        put("updates/onload.ko.zst", fixture::zstd(onload.build()));
        ModuleImageFixture dashed{{"name=sfc_char", "depends="}, {}, own_machine};
        put("extra/sfc-char.ko", dashed.build());
        root_.put(
            directory() + "/modules.builtin",
            "kernel/drivers/net/mdio.ko\nkernel/fs/nfs-common/grace.ko\n"
        );
        root_.put(directory() + "/modules.builtin.modinfo", "");
        root_.put(directory() + "/modules.order", "");
        const std::string command =
            "PATH=$PATH:/usr/sbin:/sbin depmod -b " + root_.path("/opt") + " " + kernel + " 2>&1";
        EXPECT_EQ(std::system(command.c_str()), 0) << command;
    }

    static std::string directory() { return "/opt/lib/modules/" + kernel; }

    std::string put(const std::string& file, const std::vector<std::byte>& bytes) {
        return root_.put(directory() + "/" + file, bytes);
    }

    fixture::TemporaryDirectory root_;
    KmodModuleTrees trees_{root_.path(), TrustedOwner{::geteuid()}};
    std::unique_ptr<ModuleTree> tree_ = trees_.open("/opt", kernel);
};

TEST_F(KmodTreesTest, IsPresentOnlyWithItsIndex) {
    EXPECT_EQ(tree_->directory(), root_.path(directory()));
    EXPECT_TRUE(tree_->present());
    EXPECT_FALSE(trees_.open("/opt", "9.9.9")->present());
    ASSERT_TRUE(std::filesystem::remove(root_.path(directory() + "/modules.dep.bin")));
    EXPECT_FALSE(tree_->present());
}

TEST_F(KmodTreesTest, FindsModulesByTheirIndex) {
    EXPECT_EQ(tree_->find(module("sfc")), root_.path(directory() + "/updates/sfc.ko.xz"));
    EXPECT_EQ(tree_->find(module("onload")), root_.path(directory() + "/updates/onload.ko.zst"));
    EXPECT_EQ(tree_->find(module("sfc_char")), root_.path(directory() + "/extra/sfc-char.ko"));
    EXPECT_EQ(tree_->find(module("mtd")), std::nullopt);
    EXPECT_EQ(trees_.open("/opt", "9.9.9")->find(module("sfc")), std::nullopt);
}

TEST_F(KmodTreesTest, KnowsWhoClaimsADevice) {
    const std::string ours = "pci:v00001924d00000A03sv00001924sd00008022bc02sc00i00";
    EXPECT_EQ(tree_->claiming(ours), Names{module("sfc")});
    EXPECT_TRUE(tree_->claiming("pci:v00008086d000010D3sv00001924sd00008022bc02sc00i00").empty());
}

TEST_F(KmodTreesTest, KnowsWhatIsBuiltIn) {
    EXPECT_TRUE(tree_->builtin(module("mdio")));
    EXPECT_TRUE(tree_->builtin(module("grace")));
    EXPECT_FALSE(tree_->builtin(module("sfc")));
    EXPECT_FALSE(tree_->builtin(module("mdi")));
}

TEST_F(KmodTreesTest, ListsKernelsThatHaveATree) {
    root_.put("/opt/lib/modules/5.14.0-284.el9/modules.dep", "");
    root_.put("/opt/lib/modules/a-file", "");
    EXPECT_EQ(trees_.kernels("/opt"), (std::vector<std::string>{"5.14.0-284.el9", kernel}));
    EXPECT_TRUE(trees_.kernels("/none").empty());
}

TEST_F(KmodTreesTest, ReadsAStagedModuleAsItLiesThere) {
    const std::string path = *tree_->find(module("sfc"));
    ModuleImageFixture same;
    same.machine = own_machine;
    const ModuleFile file = tree_->read(module("sfc"), path, Origin::out_of_tree);
    EXPECT_EQ(file.problem, "");
    EXPECT_EQ(file.path, path);
    EXPECT_EQ(file.sha256, sha256_hex(fixture::xz(same.build())).value());
    EXPECT_EQ(file.build_id, "0123abff");
    EXPECT_EQ(file.version, "5.3.16");
    EXPECT_EQ(file.vermagic, "5.14.0-427.el9.x86_64 SMP mod_unload");
    EXPECT_EQ(file.depends, (Names{module("mtd"), module("mdio")}));
    EXPECT_EQ(file.parameters, (std::vector<std::string>{"performance_profile", "rss_cpus"}));
    EXPECT_EQ(file.aliases, (std::vector<std::string>{"pci:v00001924d00000A03sv*sd*bc*sc*i*"}));
    EXPECT_EQ(file.machine, own_machine);
    EXPECT_EQ(file.signature.state, ModuleSignature::State::none);
}

TEST_F(KmodTreesTest, ReadsAllButTheDigestWhereThatIsNotWanted) {
    const std::string path = *tree_->find(module("sfc"));
    const KmodModuleTrees trees(root_.path(), TrustedOwner{::geteuid()}, Digests::left_out);
    const auto expected = tree_->read(module("sfc"), path, Origin::out_of_tree);
    const auto file = trees.open("/opt", kernel)->read(module("sfc"), path, Origin::out_of_tree);
    EXPECT_EQ(file.sha256, "");
    EXPECT_EQ(file.build_id, expected.build_id);
    EXPECT_EQ(file.vermagic, expected.vermagic);
    EXPECT_EQ(file.depends, expected.depends);
}

TEST_F(KmodTreesTest, TellsTheMachineAModuleIsFor) {
    ModuleImageFixture foreign{{"name=sfc"}, {}, EM_PPC64};
    const auto file =
        tree_->read(module("sfc"), put("a/sfc.ko", foreign.build()), Origin::out_of_tree);
    EXPECT_EQ(file.problem, "");
    EXPECT_EQ(file.machine, EM_PPC64);
}

TEST_F(KmodTreesTest, TakesSymbolsOfStagedModulesOnly) {
    ModuleImageFixture fixture{{"name=sfc"}, {}, own_machine};
    fixture.versions = {{"printk", 7}};
    fixture.undefined = {"printk"};
    fixture.exports = {{"efx_x", fixture::ExportFixture::Crc::in_section, 9}};
    const auto path = put("a/sfc.ko", fixture.build());
    const auto staged = tree_->read(module("sfc"), path, Origin::out_of_tree);
    EXPECT_EQ(staged.needs, (Symbols{{"printk", {7, false, ""}}}));
    EXPECT_EQ(staged.exports, (Symbols{{"efx_x", {9, false, ""}}}));
    EXPECT_TRUE(tree_->read(module("sfc"), path, Origin::in_tree).needs.empty());
}

TEST_F(KmodTreesTest, MarksAFileThatSomebodyElseCouldChange) {
    const auto path = put("a/sfc.ko", ModuleImageFixture{}.build());
    std::filesystem::permissions(path, std::filesystem::perms(0664));
    const auto file = tree_->read(module("sfc"), path, Origin::out_of_tree);
    EXPECT_TRUE(file.unsafe);
    EXPECT_EQ(file.sha256, "");
    EXPECT_NE(file.problem.find("its mode is 0664"), std::string::npos) << file.problem;
}

TEST_F(KmodTreesTest, DoesNotDigestTheKernelsOwnModules) {
    const auto file =
        tree_->read(module("onload"), *tree_->find(module("onload")), Origin::in_tree);
    EXPECT_EQ(file.problem, "");
    EXPECT_EQ(file.sha256, "");
    EXPECT_EQ(file.build_id, "aa");
}

TEST_F(KmodTreesTest, FollowsLinksInTheKernelsOwnTreeOnly) {
    const std::string link = root_.path(directory() + "/extra/link.ko");
    std::filesystem::create_symlink(*tree_->find(module("sfc")), link);
    EXPECT_EQ(tree_->read(module("sfc"), link, Origin::in_tree).problem, "");
    EXPECT_EQ(
        tree_->read(module("sfc"), link, Origin::out_of_tree).problem,
        link + " is not safe to load from: it is a symbolic link"
    );
}

TEST_F(KmodTreesTest, SaysWithThePathWhyAFileCannotBeUsed) {
    ModuleImageFixture renamed{{"name=other"}, {}, own_machine};
    auto cut_off = fixture::xz(ModuleImageFixture{}.build());
    cut_off.resize(cut_off.size() / 2);
    const std::pair<std::string, std::string> cases[] = {
        {put("b/sfc.ko", renamed.build()), "calls itself \"other\", not \"sfc\""},
        {put("c/sfc.ko.xz", cut_off), "the xz data is cut off"},
        {put("d/sfc.ko", {}), "not a kernel module"},
        {root_.path("/none.ko"), "No such file"},
    };
    for (const auto& [path, why] : cases) {
        const auto file = tree_->read(module("sfc"), path, Origin::out_of_tree);
        EXPECT_NE(file.problem.find(path), std::string::npos) << file.problem;
        EXPECT_NE(file.problem.find(why), std::string::npos) << file.problem;
    }
}

}  // namespace
}  // namespace onload_node::kmod_trees_test
