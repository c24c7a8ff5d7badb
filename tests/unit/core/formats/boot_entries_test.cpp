// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/boot_entries.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

BootEntry entry(const std::string& file, const std::string& version, const std::string& options) {
    return {file, version, "/vmlinuz-" + version, options};
}

TEST(BootEntries, AreReadAsOstreeWritesThem) {
    const auto read = parse_boot_entry(
        "ostree-2-rhcos.conf",
        "title Red Hat Enterprise Linux CoreOS (ostree:0)\n"
        "version 2\n"
        "# a comment\n"
        "options ignition.platform.id=metal ostree=/ostree/boot.1/rhcos/4c0d/0 rw\n"
        "linux\t /ostree/rhcos-4c0d/vmlinuz-5.14.0-427.el9.x86_64 \r\n"
        "initrd /ostree/rhcos-4c0d/initramfs-5.14.0-427.el9.x86_64.img\n"
    );
    EXPECT_EQ(read.file, "ostree-2-rhcos.conf");
    EXPECT_EQ(read.version, "2");
    EXPECT_EQ(read.kernel, "/ostree/rhcos-4c0d/vmlinuz-5.14.0-427.el9.x86_64");
    EXPECT_EQ(argument_value(read.options, "ostree"), "/ostree/boot.1/rhcos/4c0d/0");
    EXPECT_EQ(release_of_image(read.kernel), "5.14.0-427.el9.x86_64");
}

TEST(BootEntries, AddArgumentsUpAndPassOverTheRest) {
    const auto read = parse_boot_entry(
        "a.conf", "\n  options  a b\nversions 9\noptions\noptions c\nversion 1\nversion 2\nlinux /x"
    );
    EXPECT_EQ(read.options, "a b  c");
    EXPECT_EQ(read.version, "2");
    EXPECT_EQ(read.kernel, "/x");
    EXPECT_EQ(parse_boot_entry("b.conf", "").kernel, "");
}

std::vector<std::string> sorted(std::vector<std::string> versions) {
    std::ranges::sort(versions, [](const auto& a, const auto& b) {
        return compare_versions(a, b) < 0;
    });
    return versions;
}

TEST(BootEntries, OrderVersionsAsNumbersAndWords) {
    const std::vector<std::string> ascending = {
        "~",
        "",
        "0-rescue",
        "1",
        "2",
        "5.14.0-427~rc1",
        "5.14.0-427",
        "5.14.0-427.el9",
        "5.14.0-427.20.1.el9_4",
        "6.1.0-9-amd64",
        "6.1.0-9-rt-amd64",
        "6.1.0-56-amd64",
        "6.1.0-56-rt-amd64"};
    EXPECT_EQ(sorted({ascending.rbegin(), ascending.rend()}), ascending);
}

TEST(BootEntries, TakeVersionsForEqualThatDifferInSeparatorsOnly) {
    EXPECT_EQ(compare_versions("1.02", "1-2"), 0);
    EXPECT_GT(compare_versions("1.10", "1-2"), 0);
    EXPECT_GT(compare_versions("99999999999999999999999", "99999999999999999999998"), 0);
}

TEST(BootEntries, TheHighestVersionIsTheDefault) {
    const std::vector<BootEntry> entries = {
        entry("m-6.1.0-9.conf", "6.1.0-9", ""),
        entry("m-6.1.0-56.conf", "6.1.0-56", ""),
        entry("m-0-rescue.conf", "0-rescue", ""),
        entry("m.conf", "", "")};
    EXPECT_EQ(default_entry(entries, "")->file, "m-6.1.0-56.conf");
    EXPECT_EQ(default_entry(entries, "m-6.1.0-9")->file, "m-6.1.0-9.conf");
    EXPECT_EQ(default_entry(entries, "m-6.1.0-9.conf")->file, "m-6.1.0-9.conf");
    EXPECT_EQ(default_entry(entries, "gone")->file, "m-6.1.0-56.conf");
    EXPECT_EQ(default_entry({}, ""), nullptr);
}

TEST(BootEntries, OfOneVersionTheHighestFileNameIsTheDefault) {
    const std::vector<BootEntry> entries = {
        entry("b.conf", "1", ""), entry("c-10.conf", "1", ""), entry("c-9.conf", "1", "")};
    EXPECT_EQ(default_entry(entries, "")->file, "c-10.conf");
}

TEST(BootEntries, OstreeKnowsNoOtherOrderThanItsOwn) {
    const std::vector<BootEntry> entries = {
        entry("ostree-1.conf", "1", "ostree=/ostree/boot.0/a/b/1"),
        entry("ostree-2.conf", "2", "ostree=/ostree/boot.0/a/c/0")};
    EXPECT_EQ(default_entry(entries, "ostree-1")->file, "ostree-2.conf");
}

TEST(BootEntries, ReadGrubsChoice) {
    EXPECT_EQ(
        saved_entry("# GRUB Environment Block\nsaved_entry=m-6.1.0-9\nkernelopts=a=b\n####"),
        "m-6.1.0-9"
    );
    EXPECT_EQ(saved_entry("saved_entry=a\nnext_entry=b\n"), "b");
    EXPECT_EQ(saved_entry("next_entry=\nsaved_entry=a\n"), "a");
    EXPECT_EQ(saved_entry("xsaved_entry=a"), "");
    EXPECT_EQ(saved_entry(""), "");
}

TEST(BootEntries, KnowTheReleaseByTheImage) {
    EXPECT_EQ(release_of_image("boot/vmlinuz-6.1.0-9-amd64"), "6.1.0-9-amd64");
    EXPECT_EQ(release_of_image("vmlinuz-6.1.0-9-amd64"), "6.1.0-9-amd64");
    EXPECT_EQ(release_of_image("/0123abcd/6.1.0-9-amd64/linux"), "6.1.0-9-amd64");
    for (const std::string flavour : {"+rt", "+debug", "+64k", "+rt-64k-debug", "~rc1"}) {
        const auto release = "5.14.0-427.18.1.el9_4.aarch64" + flavour;
        EXPECT_EQ(release_of_image("/ostree/rhcos-0a/vmlinuz-" + release), release);
    }
}

TEST(BootEntries, KnowNoReleaseWhereTheImageTellsNone) {
    for (const char* const path :
         {"",
          "/",
          "/boot/vmlinuz",
          "/boot/bzImage-1",
          "linux",
          "/linux",
          "/boot/vmlinuz-",
          "/boot/vmlinuz--h",
          "/boot/vmlinuz-..",
          "/boot/vmlinuz-6.1 quiet",
          "/boot/vmlinuz-6.1\"",
          "/a/-x/linux"}) {
        EXPECT_EQ(release_of_image(path), "") << path;
    }
}

TEST(BootEntries, FindArguments) {
    EXPECT_EQ(argument_value("rw ostree=/a x.ostree=/b quiet", "ostree"), "/a");
    EXPECT_EQ(argument_value("ostree=/a\tostree=/b\n", "ostree"), "/b");
    EXPECT_EQ(argument_value("ostree nostree=/a", "ostree"), "");
}

TEST(BootEntries, FindDeploymentsAmongBytes) {
    const std::string one(64, 'a');
    const std::string other = std::string(63, 'b') + "0";
    const std::string bytes = std::string("target\0\0name\0", 13) + one + ".0" +
                              std::string(3, '\0') + other + ".12;" + one + ".0" + one + "a.1 " +
                              one + ". " + other;
    EXPECT_EQ(deployments_named_in(bytes), (std::vector<std::string>{one + ".0", other + ".12"}));
    EXPECT_TRUE(deployments_named_in("").empty());
}

}  // namespace
}  // namespace onload_node
