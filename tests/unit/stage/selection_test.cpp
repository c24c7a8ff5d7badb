// SPDX-License-Identifier: BSD-2-Clause
#include "stage/selection.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

ArchiveEntry
entry(const std::string& path, EntryKind kind = EntryKind::file, const std::string& target = "") {
    ArchiveEntry made;
    made.path = path;
    made.kind = kind;
    made.target = target;
    return made;
}

std::string placed(const std::string& path, EntryKind kind = EntryKind::file) {
    const auto place = place_of(entry(path, kind));
    if (!place) {
        EXPECT_EQ(place.error().code, ErrorCode::mismatch);
        return "refused";
    }
    switch (place->part) {
    case Part::none:
        return "none";
    case Part::modules:
        return "modules " + place->kernel + " " + place->path;
    case Part::user:
        return "user " + place->path;
    case Part::program:
        return "program " + place->path;
    }
    return "?";
}

TEST(Selection, KnowsWhatIsOurs) {
    EXPECT_EQ(placed("opt/lib/modules/5.14.0-1/extra/sfc.ko"), "modules 5.14.0-1 extra/sfc.ko");
    EXPECT_EQ(placed("./opt//lib/./modules/5.14.0-1/", EntryKind::directory), "modules 5.14.0-1 ");
    EXPECT_EQ(placed("opt/lib/modules/README"), "none");
    EXPECT_EQ(placed("opt/onload/usr/lib64/libonload.so"), "user usr/lib64/libonload.so");
    EXPECT_EQ(placed("opt/onload", EntryKind::directory), "user ");
    EXPECT_EQ(placed("opt/onload2/x"), "none");
    EXPECT_EQ(placed("usr/sbin/sfptpd"), "program sfptpd");
    EXPECT_EQ(placed("sbin/onload_cp_server"), "program onload_cp_server");
    EXPECT_EQ(placed("usr/sbin/sshd"), "none");
    EXPECT_EQ(placed("usr/share/sfptpd"), "none");
    EXPECT_EQ(placed("lib/modules/5.14.0-1/kernel/x.ko"), "none")
        << "those of the image's own system";
    EXPECT_EQ(placed("usr/sbin/sfptpd", EntryKind::link), "none");
}

TEST(Selection, TakesKernelsOfEveryFlavour) {
    for (const std::string kernel :
         {"5.14.0-427.18.1.el9_4.x86_64+rt", "5.14.0-427.el9.aarch64+64k", "6.1.0-9-amd64"}) {
        EXPECT_EQ(placed("opt/lib/modules/" + kernel + "/x.ko"), "modules " + kernel + " x.ko");
    }
}

TEST(Selection, RefusesFoldersThatAreNoKernels) {
    for (const std::string kernel :
         {"-h", "--help", "..5", ".cache", "a b", "a\"b", "a;b", "a:b", "+rt"}) {
        EXPECT_EQ(placed("opt/lib/modules/" + kernel + "/x.ko"), "refused") << kernel;
        EXPECT_EQ(placed("opt/lib/modules/" + kernel, EntryKind::directory), "refused") << kernel;
    }
    EXPECT_EQ(placed("opt/lib/modules/READ ME"), "none") << "a file, and no kernel's folder";
}

TEST(Selection, RefusesControlCharactersInEveryPath) {
    for (const std::string path :
         {"opt/lib/modules/5.14.0-1/a\nb.ko", "opt/onload/a\rb", "etc/a\tb", "opt/onload/a\x7f"}) {
        const auto place = place_of(entry(path));
        ASSERT_FALSE(place) << path;
        EXPECT_NE(place.error().message.find("control character"), std::string::npos);
        EXPECT_EQ(place.error().message.find_first_of("\n\r\t\x7f"), std::string::npos)
            << "the message shows none";
    }
    EXPECT_EQ(placed("opt/onload/\xC3\xA4"), "user \xC3\xA4");
}

/// Where ostree's systems have what is /opt and /usr/local elsewhere, and KMM's documents /opt.
TEST(Selection, KnowsTheLayoutsOfBootableImages) {
    EXPECT_EQ(placed("var/opt/lib/modules/5.14.0-1/extra/sfc.ko"), "modules 5.14.0-1 extra/sfc.ko");
    EXPECT_EQ(placed("usr/lib/opt/onload/usr/lib64/l.so"), "user usr/lib64/l.so");
    EXPECT_EQ(placed("var/opt/onload", EntryKind::directory), "user ");
    EXPECT_EQ(placed("var/usrlocal/sbin/sfptpd"), "program sfptpd");
    EXPECT_EQ(placed("opt/usr/lib/modules/5.14.0-1/sfc.ko"), "modules 5.14.0-1 sfc.ko");
    EXPECT_EQ(placed("var/opt2/lib/modules/5.14.0-1/sfc.ko"), "none");
}

std::string note_of(const std::string& path, EntryKind kind = EntryKind::file) {
    auto made = entry(path, kind, "elsewhere");
    made.executable = true;
    const auto place = place_of(made);
    EXPECT_TRUE(place && place->part == Part::none) << path;
    return place ? std::string(why_left_out(made)) : "refused";
}

TEST(Selection, SaysWhatLooksLikeOursAndIsNotTaken) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"usr/lib/modules/5.14.0-1/extra/sfc.ko.xz", "opt/lib/modules/KERNEL"},
        {"lib/modules/5.14.0-1/updates/net/sfc_resource.ko", "opt/lib/modules/KERNEL"},
        {"usr/lib/modules/5.14.0-1/weak-updates/onload.ko", "opt/lib/modules/KERNEL"},
        {"usr/lib64/libonload.so", "opt/onload"},
        {"usr/libexec/onload_cp_server", "sbin/"},
        {"opt/sfptpd/bin/sfptpd", "sbin/"},
        {"opt/lib/modules/README", "no folder of a kernel"},
    };
    for (const auto& [path, part] : cases) {
        EXPECT_NE(note_of(path).find(part), std::string::npos) << path << ": " << note_of(path);
    }
    EXPECT_NE(note_of("usr/sbin/sfptpd", EntryKind::link).find("a link"), std::string::npos);
    EXPECT_NE(
        note_of("opt/lib/modules/5.14.0-1", EntryKind::link).find("no folder"), std::string::npos
    );
    for (const auto* const other :
         {"usr/lib/modules/5.14.0-1/kernel/drivers/net/ethernet/sfc/sfc.ko.xz",
          "usr/lib/modules/5.14.0-1/extra/mlx5.ko",
          "usr/lib/modules/5.14.0-1/modules.dep",
          "usr/share/doc/sfptpd",
          "etc/sysconfig/sfptpd",
          "etc/init.d/sfptpd",
          "usr/sbin/sshd"}) {
        EXPECT_EQ(note_of(other), "") << other;
    }
}

TEST(Selection, RefusesPathsThatLeaveAndThingsThatAreNoFiles) {
    EXPECT_EQ(placed("/opt/lib/modules/5.14.0-1/extra/sfc.ko"), "refused");
    EXPECT_EQ(placed("/etc/passwd"), "refused") << "wherever it leads";
    EXPECT_EQ(placed("opt/lib/modules/../../../etc/passwd"), "refused");
    EXPECT_EQ(placed("var/../x"), "refused");
    EXPECT_EQ(placed(std::string("opt/onload/a\0b", 14)), "refused");
    EXPECT_EQ(placed("opt/lib/modules/5.14.0-1/null", EntryKind::other), "refused");
    EXPECT_EQ(placed("opt/onload/fifo", EntryKind::other), "refused");
    EXPECT_EQ(placed("dev/null", EntryKind::other), "none")
        << "what we do not take is not ours to judge";
}

bool link_allowed(
    const std::string& path, const std::string& target, EntryKind kind = EntryKind::link
) {
    const auto link = entry(path, kind, target);
    const auto place = place_of(link);
    return place && check_link(link, *place).has_value();
}

TEST(Selection, KeepsLinksInTheirTree) {
    const std::string tree = "opt/lib/modules/5.14.0-1/";
    EXPECT_TRUE(link_allowed(tree + "extra/a.ko", "b.ko"));
    EXPECT_TRUE(link_allowed(tree + "extra/deep/a.ko", "../../b.ko"));
    EXPECT_TRUE(link_allowed("opt/onload/usr/lib64/l.so", "./l.so.1"));
    EXPECT_FALSE(link_allowed(tree + "extra/a.ko", "../../b.ko"));
    EXPECT_FALSE(link_allowed(tree + "a", "../5.14.0-1/b")) << "out and in again";
    EXPECT_FALSE(link_allowed(tree + "a", "/etc/passwd"));
    EXPECT_FALSE(link_allowed(tree + "x/a", "b/../c")) << "b may be a link itself";
    EXPECT_FALSE(link_allowed(tree + "a", ""));
    EXPECT_FALSE(link_allowed("opt/onload/a", "/opt/onload/b"));
    EXPECT_FALSE(link_allowed("opt/onload/a", "b\nc"));
}

TEST(Selection, KeepsHardLinksInTheirTree) {
    const std::string tree = "opt/lib/modules/5.14.0-1/";
    EXPECT_TRUE(link_allowed(tree + "a", tree + "b", EntryKind::hard_link));
    EXPECT_TRUE(link_allowed(tree + "a", "./" + tree + "b", EntryKind::hard_link));
    EXPECT_FALSE(link_allowed(tree + "a", "etc/shadow", EntryKind::hard_link));
    EXPECT_FALSE(link_allowed(tree + "a", "/etc/shadow", EntryKind::hard_link));
    EXPECT_FALSE(link_allowed(tree + "a", "opt/lib/modules/5.14.0-2/b", EntryKind::hard_link));
    EXPECT_FALSE(link_allowed(tree + "a", tree + "../x", EntryKind::hard_link));
}

TEST(Selection, KnowsTheLinksOfModuleImages) {
    const auto to_node = [](const std::string& path, const std::string& target) {
        const auto link = entry(path, EntryKind::link, target);
        return is_link_to_node(link, *place_of(link));
    };
    EXPECT_TRUE(to_node("opt/lib/modules/5.14.0-1/kernel", "/lib/modules/5.14.0-1/kernel"));
    EXPECT_TRUE(to_node("opt/lib/modules/5.14.0-1/build", "/usr/src/kernels/5.14.0-1"));
    const std::string tree = "opt/lib/modules/5.14.0-1/";
    // KMM's documents call it host, and system before; nothing demands either.
    for (const auto* const name : {"host", "system", "intree", "kernel/drivers/mtd", "a/b/c.ko"}) {
        for (const std::string to :
             {"/lib/modules/5.14.0-1",
              "/usr/lib/modules/5.14.0-1/",
              "/lib/modules/5.14.0-1/kernel/drivers/mtd",
              "//lib/./modules/5.14.0-1/x/../kernel",
              "/host/lib/modules/5.14.0-1",
              "/host/usr/lib/modules/5.14.0-1/kernel"}) {
            EXPECT_TRUE(to_node(tree + name, to)) << name << " -> " << to;
        }
    }
    EXPECT_TRUE(to_node(tree + "host", "../../../../lib/modules/5.14.0-1"));
    EXPECT_TRUE(to_node(tree + "a/b", "../../../../../usr/lib/modules/5.14.0-1/kernel"));
    EXPECT_TRUE(to_node("var/" + tree + "host", "../../../../../lib/modules/5.14.0-1"));
    EXPECT_TRUE(to_node(tree + "a", "../../../../../../../../lib/modules/5.14.0-1"))
        << "above the root is the root";
    EXPECT_FALSE(to_node(tree + "intree", "../../../lib/modules/5.14.0-1"));
    EXPECT_FALSE(to_node(tree + "intree", "/lib/modules/5.14.0-10")) << "another kernel's";
    EXPECT_FALSE(to_node(tree + "intree", "/lib/modules/5.14.0-1/../5.14.0-2"));
    EXPECT_FALSE(to_node(tree + "intree", "/lib/modules/5.14.0-1/../../../etc"));
    EXPECT_FALSE(to_node(tree + "x/kernel", "/lib/modules"));
    EXPECT_FALSE(to_node(tree + "kernel", "../x"));
    EXPECT_FALSE(to_node(tree + "x", "/opt/lib/modules/5.14.0-1"));
    EXPECT_FALSE(to_node("opt/onload/kernel", "/lib/modules"));
}

TEST(Selection, KnowsModulesAndProgramsByTheirNames) {
    EXPECT_TRUE(is_module_file("extra/sfc.ko"));
    EXPECT_TRUE(is_module_file("extra/sfc.ko.xz"));
    EXPECT_FALSE(is_module_file("modules.dep"));
    EXPECT_EQ(program_in_user_tree("sbin/onload_cp_server"), "onload_cp_server");
    EXPECT_EQ(program_in_user_tree("usr/bin/onload_stackdump"), "onload_stackdump");
    EXPECT_EQ(program_in_user_tree("usr/bin/onload"), "");
}

}  // namespace
}  // namespace onload_node
