// SPDX-License-Identifier: BSD-2-Clause
#include "core/formats/kernel_config.hpp"

#include <gtest/gtest.h>

namespace onload_node::kernel_config_test {
namespace {

TEST(KernelConfig, ReadsWhatConcernsModules) {
    const auto config = parse_kernel_config(
        "# Linux/x86_64 5.14.0\nCONFIG_X86_64=y\nCONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n"
        "# CONFIG_MODULE_SIG_FORCE is not set\n"
    );
    EXPECT_TRUE(config.known);
    EXPECT_TRUE(config.symbol_versions);
    EXPECT_FALSE(config.signatures_forced);
    EXPECT_FALSE(config.branch_tracking);
    EXPECT_EQ(config.machine, 62);
    EXPECT_TRUE(parse_kernel_config("CONFIG_X86_KERNEL_IBT=y\n").branch_tracking);
    EXPECT_FALSE(parse_kernel_config("CONFIG_CC_HAS_IBT=y\n").branch_tracking);
}

TEST(KernelConfig, TakesNoOtherOptionForIt) {
    const auto config = parse_kernel_config(
        "CONFIG_MODULES=y\r\nCONFIG_MODVERSIONS=n\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_ARM64=y\n"
        "CONFIG_HAVE_CONFIG_MODVERSIONS=y\nXCONFIG_MODVERSIONS=y"
    );
    EXPECT_FALSE(config.symbol_versions);
    EXPECT_TRUE(config.signatures_forced);
    EXPECT_EQ(config.machine, 183);
    EXPECT_FALSE(parse_kernel_config("").known);
    EXPECT_FALSE(parse_kernel_config("no configuration").known);
}

TEST(ToolkitKernels, AreThoseOfItsFile) {
    const auto kernels = parse_toolkit_release(
        R"({"KERNEL_VERSION": "5.14.0-1.el9.x86_64", "RT_KERNEL_VERSION":"5.14.0-1.el9.x86_64+rt"})"
    );
    EXPECT_EQ(kernels.normal, "5.14.0-1.el9.x86_64");
    EXPECT_EQ(kernels.real_time, "5.14.0-1.el9.x86_64+rt");
}

TEST(ToolkitKernels, AreUnknownInAnyOtherText) {
    for (const auto* const text :
         {"",
          "{",
          "\"KERNEL_VERSION\"",
          R"({"KERNEL_VERSION": ""})",
          R"({"KERNEL_VERSION": "../x"})"}) {
        EXPECT_EQ(parse_toolkit_release(text).normal, "") << text;
    }
    const auto kernels = parse_toolkit_release(R"({"KERNEL_VERSION": "5.14.0-1.el9.x86_64"})");
    EXPECT_EQ(kernels.real_time, "");
}

}  // namespace
}  // namespace onload_node::kernel_config_test
