// SPDX-License-Identifier: BSD-2-Clause
#include "stage/release_files.hpp"
#include "stage/tar_entries.hpp"
#include "system/files/file_bytes.hpp"
#include "system/files/work_area.hpp"
#include "unit/stage/tar_writer.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace onload_node::release_files_test {
namespace {

using fixture::TarWriter;

const std::string kernel = "5.14.0-427.el9.x86_64";

TEST(ReleaseFiles, AreWhatAKernelIsVerifiedBy) {
    const std::string modules = "lib/modules/" + kernel;
    for (const auto& rest :
         {"/modules.dep.bin", "/symvers.gz", "/config", "/kernel/drivers/mtd/mtd.ko.xz"}) {
        EXPECT_EQ(release_path("usr/" + modules + rest), modules + rest);
        EXPECT_EQ(release_path("./" + modules + rest), modules + rest);
    }
    const std::string headers = "usr/src/kernels/" + kernel;
    for (const auto& path :
         {headers + "/Module.symvers",
          headers + "/.config",
          std::string("etc/driver-toolkit-release.json"),
          "boot/symvers-" + kernel + ".gz",
          "boot/config-" + kernel}) {
        EXPECT_EQ(release_path("/" + path), path);
    }
}

TEST(ReleaseFiles, AreNoOthers) {
    const std::string modules = "usr/lib/modules/" + kernel;
    for (const auto& path :
         {modules + "/vmlinuz",
          modules + "/initramfs.img",
          modules + "/kernel/modules.dep",
          modules + "/../x/modules.dep",
          modules,
          modules + "/",
          std::string("usr/lib/modules/.new/modules.dep"),
          std::string("usr/lib/modules/a b/modules.dep"),
          "opt/" + modules + "/modules.dep",
          "usr/src/kernels/" + kernel + "/Makefile",
          "usr/src/kernels/" + kernel + "/tools/.config",
          std::string("boot/loader/symvers-x"),
          std::string("etc/passwd"),
          std::string()}) {
        EXPECT_EQ(release_path(path), "") << path;
    }
}

class ReleaseFilesTest : public testing::Test {
protected:
    void take(const std::string& tar) {
        ASSERT_TRUE(area_.begin());
        ReleaseFiles files(area_);
        for (const bool first : {true, false}) {
            fixture::TextStream stream(tar);
            TarEntries image(stream);
            const auto taken = first ? files.take(image) : files.take_missing(image);
            ASSERT_TRUE(taken) << taken.error().message;
        }
        still_missing_ = files.missing();
    }

    [[nodiscard]] std::string content(const std::string& path) const {
        return read_text_file(area_.location() + "/" + path).value_or("missing");
    }

    fixture::TemporaryDirectory root_;
    SystemWorkArea area_{root_.path(), "/gate"};
    bool still_missing_ = false;
};

TEST_F(ReleaseFilesTest, ComeOutOfAPlainImage) {
    take(TarWriter()
             .file("etc/passwd", "p")
             .file("usr/lib/modules/" + kernel + "/symvers.gz", "crc")
             .link("usr/lib/modules/" + kernel + "/modules.dep", "/etc/passwd")
             .file("usr/src/kernels/" + kernel + "/Module.symvers", "crc")
             .bytes());
    EXPECT_EQ(content("lib/modules/" + kernel + "/symvers.gz"), "crc");
    EXPECT_EQ(content("usr/src/kernels/" + kernel + "/Module.symvers"), "crc");
    EXPECT_FALSE(std::filesystem::exists(root_.path("/gate/lib/modules/" + kernel + "/modules.dep"))
    );
    EXPECT_FALSE(std::filesystem::exists(root_.path("/gate/etc")));
    EXPECT_FALSE(still_missing_);
}

TEST_F(ReleaseFilesTest, ComeOutOfAnImageOfOstreeWhereTheyAreLinksToObjects) {
    const std::string objects = "sysroot/ostree/repo/objects/";
    const std::string modules = "usr/lib/modules/" + kernel;
    take(TarWriter()
             .file(objects + "00/1.file", "crc")
             .file(objects + "00/2.file", "other")
             .hard_link(modules + "/symvers.gz", objects + "00/1.file")
             .hard_link("boot/symvers-" + kernel + ".gz", objects + "00/1.file")
             .hard_link("etc/passwd", objects + "00/2.file")
             .file(modules + "/config", "conf")
             .hard_link("boot/config-" + kernel, modules + "/config")
             .hard_link(modules + "/modules.dep", objects + "00/3.file")
             .bytes());
    EXPECT_EQ(content("lib/modules/" + kernel + "/symvers.gz"), "crc");
    EXPECT_EQ(content("boot/symvers-" + kernel + ".gz"), "crc");
    EXPECT_EQ(content("boot/config-" + kernel), "conf");
    EXPECT_FALSE(std::filesystem::exists(root_.path("/gate/sysroot")));
    EXPECT_TRUE(still_missing_);
}

}  // namespace
}  // namespace onload_node::release_files_test
