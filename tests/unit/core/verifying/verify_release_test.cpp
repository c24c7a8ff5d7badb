// SPDX-License-Identifier: BSD-2-Clause
#include "core/verifying/verify_release.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace onload_node::verify_release_test {
namespace {

using fixture::booting_node;
using fixture::module;

const std::string toolkit = "quay.example/toolkit:4.18";

ReleaseKernel kernel_of(const Observed& node) {
    return {toolkit, node.kernel, "/x/Module.symvers", {true, true, false, 0, false}};
}

Observed with_symvers() {
    Observed node = booting_node();
    node.symbols.path = "/x/Module.symvers";
    node.symbols.symbols = {{"printk", {0x2a, false, "vmlinux"}}};
    node.staged.modules.at(module("sfc")).needs = {{"printk", {0x2a, false, ""}}};
    return node;
}

/// The checks of the kernel itself.
std::vector<Check> kernel_checks(const Observed& node, const ReleaseKernel& kernel) {
    auto checks = verify_for_kernel(Config(), node, kernel);
    std::erase_if(checks, [](const Check& check) { return check.id != CheckId::kernel; });
    return checks;
}

void expect_refused(
    const Observed& node, const ReleaseKernel& kernel, ReasonCode code, const std::string& words
) {
    const auto checks = kernel_checks(node, kernel);
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].verdict, Verdict::failed);
    EXPECT_TRUE(checks[0].mandatory);
    EXPECT_EQ(checks[0].code, code);
    EXPECT_NE(checks[0].text.find(words), std::string::npos) << checks[0].text;
    EXPECT_NE(checks[0].advice, "");
}

TEST(VerifyRelease, PassesWhatWouldLoadOnThatKernel) {
    const auto node = with_symvers();
    const auto checks = verify_for_kernel(Config(), node, kernel_of(node));
    EXPECT_EQ(checks.front().id, CheckId::kernel);
    EXPECT_EQ(checks.front().text, node.kernel + ", of " + toolkit);
    EXPECT_EQ(first_failed(checks, true), nullptr);
}

TEST(VerifyRelease, NeverPassesWithoutSymvers) {
    auto node = with_symvers();
    auto kernel = kernel_of(node);
    node.symbols = {};
    kernel.symvers.clear();
    expect_refused(node, kernel, ReasonCode::no_symvers, toolkit + " has no symvers file");
    // Not even where the modules need nothing.
    node.staged.modules.at(module("sfc")).needs.clear();
    expect_refused(node, kernel, ReasonCode::no_symvers, "has no symvers file");
    kernel = kernel_of(node);
    node.symbols.problem = "cannot use /x/Module.symvers: it is cut off";
    expect_refused(node, kernel, ReasonCode::no_symvers, "it is cut off");
}

TEST(VerifyRelease, RefusesAnotherProcessorByWhateverTellsIt) {
    auto node = with_symvers();
    auto kernel = kernel_of(node);
    node.in_tree.clear();
    kernel.name = "5.14.0-1.el9.riscv64";
    EXPECT_EQ(kernel_checks(node, kernel).front().verdict, Verdict::passed);
    constexpr std::uint16_t foreign = 21;
    kernel.config.machine = foreign;
    expect_refused(node, kernel, ReasonCode::wrong_machine, "ELF machine 21");
    kernel.config.machine = 0;
#if defined(__x86_64__)
    kernel.name = "5.14.0-1.el9.aarch64+64k";
#else
    kernel.name = "5.14.0-1.el9.x86_64+rt";
#endif
    expect_refused(node, kernel, ReasonCode::wrong_machine, "is for another processor");
    node = with_symvers();
    node.in_tree.begin()->second.machine = foreign;
    for (auto& [name, file] : node.in_tree) {
        file.machine = foreign;
    }
    expect_refused(node, kernel_of(node), ReasonCode::wrong_machine, "ELF machine 21");
}

TEST(VerifyRelease, ComparesWithTheConfigurationWhereTheKernelHasNoModules) {
    auto node = with_symvers();
    auto kernel = kernel_of(node);
    kernel.config.symbol_versions = false;
    EXPECT_EQ(kernel_checks(node, kernel).front().verdict, Verdict::passed);
    node.vermagic.clear();
    for (auto& [name, file] : node.staged.modules) {
        file.vermagic = node.kernel + " SMP mod_unload modversions ";
    }
    expect_refused(node, kernel, ReasonCode::wrong_kernel, "CONFIG_MODVERSIONS=n");
    kernel.config.symbol_versions = true;
    EXPECT_EQ(kernel_checks(node, kernel).front().verdict, Verdict::passed);
}

TEST(VerifyRelease, DemandsWhatTheKernelWasBuiltToDemand) {
    auto node = with_symvers();
    auto kernel = kernel_of(node);
    add_demands(node, kernel);
    EXPECT_EQ(node.signatures.enforced_by, "");
    kernel.config.signatures_forced = true;
    add_demands(node, kernel);
    EXPECT_EQ(node.signatures.enforced_by, "CONFIG_MODULE_SIG_FORCE of kernel " + node.kernel);
    const auto checks = verify_for_kernel(Config(), node, kernel);
    const auto* const failed = first_failed(checks, true);
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->code, ReasonCode::signature);
    node.signatures.enforced_by = "lockdown";
    add_demands(node, kernel);
    EXPECT_EQ(node.signatures.enforced_by, "lockdown");
}

TEST(VerifyRelease, DemandsBranchTargetsWhereTheKernelWillTrackBranches) {
    auto node = with_symvers();
    auto kernel = kernel_of(node);
    add_demands(node, kernel);
    EXPECT_EQ(node.branch_tracking_by, "");
    kernel.config.branch_tracking = true;
    add_demands(node, kernel);
    const auto checks = verify_for_kernel(Config(), node, kernel);
    const auto* const failed = first_failed(checks, true);
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->code, ReasonCode::ibt);
    EXPECT_NE(failed->text.find("CONFIG_X86_KERNEL_IBT"), std::string::npos) << failed->text;
}

void expect_no_kernel(
    const ReleaseKernels& kernels,
    const std::string& wanted,
    ReasonCode code,
    const std::string& words
) {
    const auto chosen = choose_kernel(kernels, wanted);
    const auto* const check = std::get_if<Check>(&chosen);
    ASSERT_NE(check, nullptr);
    EXPECT_EQ(check->verdict, Verdict::failed);
    EXPECT_EQ(check->code, code);
    EXPECT_NE(check->text.find(words), std::string::npos) << check->text;
    EXPECT_NE(check->advice, "");
}

TEST(VerifyRelease, ChoosesTheOneKernelOrTheNamedOne) {
    EXPECT_EQ(std::get<std::string>(choose_kernel({toolkit, {"5.14.0-1"}}, "")), "5.14.0-1");
    const ReleaseKernels both = {toolkit, {"5.14.0-1", "5.14.0-1+rt"}, {"5.14.0-1", "5.14.0-1+rt"}};
    EXPECT_EQ(std::get<std::string>(choose_kernel(both, "5.14.0-1+rt")), "5.14.0-1+rt");
    expect_no_kernel(
        both,
        "",
        ReasonCode::several_kernels,
        "5.14.0-1, 5.14.0-1+rt; the real-time one is 5.14.0-1+rt"
    );
    expect_no_kernel(
        both, "6.1.0", ReasonCode::kernel_unknown, "6.1.0 is not in " + toolkit + ", which has 5.14"
    );
    expect_no_kernel({toolkit, {}}, "", ReasonCode::kernel_unknown, toolkit + " has no kernel");
    expect_no_kernel({toolkit, {}}, "6.1.0", ReasonCode::kernel_unknown, "has no kernel");
}

TEST(VerifyRelease, DoesNotTakeTheRunningKernelForAPendingOne) {
    const PendingKernel next{"5.14.0-2", "", "boot loader entry a.conf"};
    EXPECT_EQ(verify_is_pending(next, "5.14.0-1").verdict, Verdict::passed);
    const auto check = verify_is_pending(next, "5.14.0-2");
    EXPECT_EQ(check.verdict, Verdict::failed);
    EXPECT_EQ(check.code, ReasonCode::not_pending);
    EXPECT_TRUE(check.mandatory);
    EXPECT_NE(check.advice.find("--for-release"), std::string::npos);
}

}  // namespace
}  // namespace onload_node::verify_release_test
