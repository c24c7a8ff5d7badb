// SPDX-License-Identifier: BSD-2-Clause
#include "stage/selection.hpp"

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
    EXPECT_FALSE(to_node("opt/lib/modules/5.14.0-1/extra", "/lib/modules/5.14.0-1/extra"));
    EXPECT_FALSE(to_node("opt/lib/modules/5.14.0-1/x/kernel", "/lib/modules"));
    EXPECT_FALSE(to_node("opt/lib/modules/5.14.0-1/kernel", "../x"));
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
