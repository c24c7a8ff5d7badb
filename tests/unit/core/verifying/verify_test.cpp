// SPDX-License-Identifier: BSD-2-Clause
#include "core/planning/plan.hpp"
#include "core/reporting/report.hpp"
#include "core/verifying/verify.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node::verify_test {
namespace {

using fixture::booting_node;
using fixture::module;

const std::string digest(64, 'a');

ModuleFile& staged(Observed& node, const char* name) {
    return node.staged.modules.at(module(name));
}

/// The only verdict of a check.
Check verdict(const Observed& node, CheckId id, const Config& config = Config()) {
    std::vector<Check> found;
    for (auto& check : verify(config, node)) {
        if (check.id == id) {
            found.push_back(std::move(check));
        }
    }
    EXPECT_EQ(found.size(), 1U) << to_string(id);
    return found.empty() ? Check() : found.front();
}

void expect_failed(
    const Observed& node,
    CheckId id,
    ReasonCode code,
    const std::string& words,
    const Config& config = Config()
) {
    const auto check = verdict(node, id, config);
    EXPECT_EQ(check.verdict, Verdict::failed) << check.text;
    EXPECT_EQ(check.code, code) << check.text;
    EXPECT_NE(check.text.find(words), std::string::npos) << check.text;
    EXPECT_NE(check.advice, "");
    if (check.mandatory) {
        const Plan plan = make_plan(config, node, {});
        EXPECT_EQ(plan.goal, State::in_tree) << check.text;
        EXPECT_EQ(plan.code, code) << plan.reason;
        EXPECT_EQ(fixture::find_phase(plan, PhaseName::driver), nullptr);
    }
}

void expect_passed(const Observed& node, CheckId id, const Config& config = Config()) {
    const auto check = verdict(node, id, config);
    EXPECT_EQ(check.verdict, Verdict::passed) << check.text;
}

Observed with_symvers() {
    Observed node = booting_node();
    node.symbols.path = "/lib/modules/K/symvers.gz";
    node.symbols.symbols = {
        {"printk", {0x2a, false, "vmlinux"}}, {"mtd_add", {0x3b, false, "mtd"}}};
    staged(node, "sfc").needs = {{"printk", {0x2a, false, ""}}, {"mtd_add", {0x3b, false, ""}}};
    return node;
}

TEST(Verify, GivesEveryCheckOneVerdictOnAGoodNode) {
    const auto checks = verify(Config(), with_symvers());
    EXPECT_EQ(checks.size(), 16U);
    for (const auto& check : checks) {
        EXPECT_EQ(check.verdict, Verdict::passed) << to_string(check.id) << check.text;
        EXPECT_NE(check.text, "") << to_string(check.id);
    }
    EXPECT_EQ(first_failed(checks, true), nullptr);
    EXPECT_EQ(first_failed(checks, false), nullptr);
}

TEST(Verify, StopsAtATreeThatIsNotThere) {
    Observed node = booting_node();
    node.staged.present = false;
    expect_failed(node, CheckId::tree, ReasonCode::no_tree, "nothing is staged for kernel");
    EXPECT_EQ(verify(Config(), node).size(), 1U);
}

TEST(Verify, RefusesWhatSomebodyElseCouldWrite) {
    Observed node = booting_node();
    staged(node, "sfc").unsafe = true;
    staged(node, "sfc").problem = "/opt is not safe to load from: its mode is 0777";
    expect_failed(node, CheckId::paths, ReasonCode::unsafe_path, "0777");
}

TEST(Verify, NamesAModuleThatIsMissingOrUnusable) {
    Observed node = booting_node();
    node.in_tree.erase(module("mdio"));
    expect_failed(node, CheckId::modules, ReasonCode::module_missing, "mdio, which sfc needs");
    node = booting_node();
    staged(node, "onload").problem = "/opt/x is damaged";
    expect_failed(node, CheckId::modules, ReasonCode::unusable_module, "is damaged");
}

TEST(Verify, WithModversionsTheSymbolsDecideWhichKernelAModuleIsFor) {
    Observed node = with_symvers();
    const std::string options = " SMP preempt mod_unload modversions ";
    node.vermagic = node.kernel + options;
    for (auto& [name, file] : node.staged.modules) {
        file.vermagic = node.kernel + options;
    }
    staged(node, "sfc").vermagic = "5.14.0-1.el9" + options;
    const auto check = verdict(node, CheckId::vermagic, Config());
    EXPECT_EQ(check.verdict, Verdict::passed) << check.text;
    EXPECT_NE(check.text.find("sfc is for 5.14.0-1.el9, which the kernel takes"), std::string::npos)
        << check.text;
    const auto refused = [&](const auto& change, const Config& config = Config()) {
        Observed other = node;
        change(other);
        expect_failed(
            other, CheckId::vermagic, ReasonCode::wrong_kernel, "sfc.ko is for 5.14.0-1.el9", config
        );
    };
    Config exact;
    exact.driver.vermagic = VermagicCheck::exact;
    refused([](Observed&) {}, exact);
    refused([](Observed& o) { o.symbols.path.clear(); });
    refused([](Observed& o) { o.symbols.problem = "cannot be read"; });
    refused([](Observed& o) { staged(o, "sfc").needs.clear(); });
    refused([](Observed& o) { staged(o, "sfc").needs.at("printk").crc.reset(); });
    refused([](Observed& o) { staged(o, "sfc").vermagic = "5.14.0-1.el9 SMP modversions "; });
    refused([](Observed& o) {
        o.vermagic = o.kernel + " SMP preempt mod_unload ";
        for (auto& [name, file] : o.staged.modules) {
            file.vermagic = o.vermagic;
        }
        staged(o, "sfc").vermagic = "5.14.0-1.el9 SMP preempt mod_unload ";
    });
    node.symbols.symbols.at("printk").crc = 0x99;
    expect_failed(node, CheckId::symbols, ReasonCode::symbols, "printk");
}

TEST(Verify, RefusesAnotherMachineAndAnotherKernel) {
    Observed node = booting_node();
    staged(node, "sfc_char").machine = 21;
    expect_failed(node, CheckId::machine, ReasonCode::wrong_machine, "ELF machine 21");
    node = booting_node();
    staged(node, "onload").vermagic = "5.14.0-1 SMP";
    expect_failed(node, CheckId::vermagic, ReasonCode::wrong_kernel, "is for 5.14.0-1");
}

TEST(Verify, ComparesEverySymbolWithTheKernels) {
    Observed node = with_symvers();
    staged(node, "sfc").needs["printk"].crc = 0x2b;
    expect_failed(
        node,
        CheckId::symbols,
        ReasonCode::symbols,
        "sfc.ko needs printk with CRC 0x0000002b, the kernel has 0x0000002a"
    );
    node = with_symvers();
    staged(node, "sfc").needs["gone"].crc = 1;
    expect_failed(node, CheckId::symbols, ReasonCode::symbols, "needs gone, which neither");
    staged(node, "sfc").needs["gone"].weak = true;
    expect_passed(node, CheckId::symbols);
}

TEST(Verify, TakesASymbolWithoutCrcAsTheKernelDoes) {
    Observed node = with_symvers();
    node.symbols.symbols.at("printk").crc.reset();
    expect_passed(node, CheckId::symbols);
    staged(node, "sfc").needs["printk"].crc.reset();
    expect_passed(node, CheckId::symbols);
    // "no symbol version for printk"
    node.symbols.symbols.at("printk").crc = 0x2a;
    expect_failed(
        node, CheckId::symbols, ReasonCode::symbols, "printk without a CRC, the kernel has 0x0000"
    );
}

TEST(Verify, ComparesSymbolsAmongTheStagedModules) {
    Observed node = with_symvers();
    staged(node, "sfc").exports["efx_a"].crc = 5;
    staged(node, "onload").needs["efx_a"].crc = 5;
    expect_passed(node, CheckId::symbols);
    staged(node, "sfc").exports["efx_a"].crc = 6;
    expect_failed(node, CheckId::symbols, ReasonCode::symbols, "staged sfc has 0x00000006");
    node.symbols = {};
    staged(node, "sfc").needs.clear();
    expect_failed(node, CheckId::symbols, ReasonCode::symbols, "staged sfc has 0x00000006");
}

TEST(Verify, DoesNotCountOnAModuleThatWouldNotBeLoaded) {
    Observed node = with_symvers();
    node.symbols.symbols["efx_a"] = {5, false, "sfc"};
    staged(node, "onload").needs["efx_a"].crc = 5;
    expect_failed(node, CheckId::symbols, ReasonCode::symbols, "the kernel's module sfc exports");
}

TEST(Verify, SaysThatSymbolsCannotBeCheckedAndGoesOn) {
    Observed node = with_symvers();
    node.symbols = {};
    EXPECT_EQ(verdict(node, CheckId::symbols).verdict, Verdict::not_checkable);
    node.symbols = {"/x", "cannot use /x: it is cut off", {}};
    EXPECT_EQ(verdict(node, CheckId::symbols).verdict, Verdict::not_checkable);
    EXPECT_NE(verdict(node, CheckId::symbols).text.find("cut off"), std::string::npos);
    EXPECT_EQ(make_plan(Config(), node, {}).goal, State::active);
}

TEST(Verify, CountsTheSymbolsThatItDoesNotName) {
    Observed node = with_symvers();
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        staged(node, "sfc").needs[name].crc = 1;
    }
    expect_failed(node, CheckId::symbols, ReasonCode::symbols, "; and 2 more");
}

TEST(Verify, DemandsBranchTargetsWhereTheKernelTracksBranches) {
    Observed node = booting_node();
    expect_passed(node, CheckId::ibt);
    node.branch_tracking_by = "this processor";
    for (auto& [name, file] : node.staged.modules) {
        file.branch_targets = name.str() != "onload";
    }
    expect_failed(
        node,
        CheckId::ibt,
        ReasonCode::ibt,
        "onload.ko was not built for indirect branch tracking (IBT)"
    );
    staged(node, "onload").branch_targets = true;
    expect_passed(node, CheckId::ibt);
}

void sign(Observed& node, const char* name, const std::string& signer, const std::string& key) {
    staged(node, name).signature = {ModuleSignature::State::present, signer, key, "sha512"};
}

TEST(Verify, DemandsSignaturesWhereTheKernelDoes) {
    Observed node = booting_node();
    node.signatures.enforced_by = "lockdown";
    node.signatures.keys = std::vector<std::string>{"Acme: module key: 0badcafe: X509.rsa []"};
    for (const char* name : {"sfc", "sfc_resource", "sfc_char"}) {
        sign(node, name, "module key", "01");
    }
    expect_failed(
        node,
        CheckId::signature,
        ReasonCode::signature,
        "onload.ko is not signed, and lockdown demands it"
    );
    sign(node, "onload", "somebody", "77");
    expect_failed(node, CheckId::signature, ReasonCode::signature, "signed by somebody (sha512)");
    // Part of a known key's name, and of its identifier.
    for (const auto& [signer, key] :
         {std::pair("key", "01"), {"module", "01"}, {"Acme", "01"}, {"", "0bad"}}) {
        sign(node, "onload", signer, key);
        expect_failed(
            node, CheckId::signature, ReasonCode::signature, "which is not among this node's keys"
        );
    }
    sign(node, "onload", "", "0badcafe");
    expect_passed(node, CheckId::signature);
    node.signatures.keys.reset();
    EXPECT_EQ(verdict(node, CheckId::signature).verdict, Verdict::not_checkable);
}

TEST(Verify, DemandsSignaturesWhereTheConfigurationDoes) {
    Observed node = booting_node();
    expect_passed(node, CheckId::signature);
    Config config;
    config.driver.signature = SignatureCheck::always;
    EXPECT_EQ(make_plan(config, node, {}).code, ReasonCode::signature);
}

TEST(Verify, NeverTakesADamagedSignature) {
    Observed node = booting_node();
    staged(node, "sfc").signature.state = ModuleSignature::State::damaged;
    expect_failed(node, CheckId::signature, ReasonCode::signature, "has a damaged signature");
}

TEST(Verify, ComparesWithThePins) {
    Observed node = booting_node();
    node.pins.exists = true;
    for (auto& [name, file] : node.staged.modules) {
        file.sha256 = digest;
        node.pins.text += digest + "  " + fixture::kernel + "/extra/" + name.str() + ".ko\n";
    }
    expect_passed(node, CheckId::pins);
    staged(node, "sfc_char").sha256 = std::string(64, 'b');
    expect_failed(node, CheckId::pins, ReasonCode::pins, "extra/sfc_char.ko has SHA-256 bbb");
    staged(node, "sfc_char").sha256 = digest;
    node.pins.text.erase(0, node.pins.text.find('\n') + 1);
    expect_failed(node, CheckId::pins, ReasonCode::pins, "onload.ko is not listed in /etc/");
    node.pins.text = "x\n";
    expect_failed(node, CheckId::pins, ReasonCode::pins, "/etc/onload-node/modules.sha256:1:");
    node.pins = {true, "", "cannot read it"};
    expect_failed(node, CheckId::pins, ReasonCode::pins, "cannot read it");
}

constexpr const char* card = "pci:v00001924d00000A03sv00001924sd00008022bc02sc00i00";

TEST(Verify, DoesNotLoseAPort) {
    Observed node = booting_node();
    node.functions[1].modalias = card;
    expect_failed(
        node, CheckId::ports, ReasonCode::port_unclaimed, "the port 0000:3b:00.1 (pci:v00001924"
    );
    staged(node, "sfc").aliases = {"pci:v*d*sv00001924sd*bc*sc*i*"};
    expect_passed(node, CheckId::ports);
}

TEST(Verify, DoesNotMindAPortThatNobodyWouldCarry) {
    Observed node = booting_node();
    node.functions[1].modalias = card;
    node.functions[1].driver.clear();
    expect_passed(node, CheckId::ports);
    node.in_tree.at(module("sfc")).aliases = {"pci:v00001924d*sv*sd*bc*sc*i*"};
    expect_failed(node, CheckId::ports, ReasonCode::port_unclaimed, "would be lost");
}

TEST(Verify, AdvisesAboutParametersThatSomebodyAskedFor) {
    const Observed node = booting_node();
    expect_passed(node, CheckId::parameters);
    Config config;
    config.driver.parameters[module("sfc")].emplace_back("rss_cpu", "4");
    expect_failed(
        node, CheckId::parameters, ReasonCode::unknown_parameter, "no parameter \"rss_cpu\"", config
    );
    EXPECT_FALSE(verdict(node, CheckId::parameters, config).mandatory);
    const Plan plan = make_plan(config, node, {});
    EXPECT_EQ(plan.goal, State::active);
    ASSERT_TRUE(plan.advice);
    EXPECT_EQ(plan.advice->code, ReasonCode::unknown_parameter);
}

TEST(Verify, DegradesARunningNodeByAdviceOnly) {
    Observed node = booting_node();
    for (const char* name : {"sfc", "sfc_resource", "sfc_char", "onload"}) {
        node.loaded.insert_or_assign(module(name), fixture::loaded_module(staged(node, name)));
    }
    node.devices = {"/dev/onload", "/dev/onload_epoll", "/dev/sfc_char"};
    Config config;
    config.names.policy = NamePolicy::off;
    config.time = {"", {}};
    const auto state = [&] {
        return make_report(config, node, make_plan(config, node, {}), RunRecord()).code;
    };
    EXPECT_EQ(state(), ReasonCode::as_wanted);
    config.driver.parameters[module("sfc")].emplace_back("rss_cpu", "4");
    EXPECT_EQ(state(), ReasonCode::unknown_parameter);
}

TEST(Verify, NamesAForeignUserOfTheDriver) {
    Observed node = booting_node();
    node.loaded.at(module("sfc")).holders = {module("watcher")};
    node.loaded.emplace(
        module("watcher"), LoadedModule{module("watcher"), Origin::out_of_tree, "", "", {}, 0, true}
    );
    expect_failed(node, CheckId::holders, ReasonCode::busy, "module watcher uses the driver");
    EXPECT_EQ(
        make_plan(Config(), node, {}).reason,
        "module watcher uses the driver and is neither staged nor part of the kernel; unload it "
        "first"
    );
}

/// Onload and the driver are in, an older build of both.
Observed running_node() {
    Observed node = booting_node();
    for (const char* name : {"sfc", "sfc_resource", "sfc_char", "onload"}) {
        auto loaded = fixture::loaded_module(staged(node, name));
        loaded.build_id = "older";
        node.loaded.insert_or_assign(module(name), loaded);
    }
    return node;
}

TEST(Verify, DoesNotTakeOnloadAwayFromApplications) {
    Observed node = running_node();
    expect_passed(node, CheckId::stacks);
    node.onload_stacks = 2;
    const auto check = verdict(node, CheckId::stacks);
    EXPECT_EQ(check.verdict, Verdict::failed);
    EXPECT_EQ(make_plan(Config(), node, {}).code, ReasonCode::stacks_in_use);
    for (auto& [name, file] : node.staged.modules) {
        node.loaded.at(name).build_id = file.build_id;
    }
    expect_passed(node, CheckId::stacks);
}

TEST(Verify, SeesThatTheKernelRefuses) {
    Observed node = booting_node();
    expect_passed(node, CheckId::loading);
    node.blacklisted = {"nouveau", "sfc_char"};
    expect_failed(node, CheckId::loading, ReasonCode::kernel_refuses, "every sfc_char");
    node.blacklisted.clear();
    node.modules_disabled = true;
    expect_failed(node, CheckId::loading, ReasonCode::kernel_refuses, "kernel.modules_disabled");
    // Forbidden after the boot, as administrators do: nothing more has to be loaded.
    node = running_node();
    node.modules_disabled = true;
    for (const auto& [name, file] : node.staged.modules) {
        node.loaded.at(name).build_id = file.build_id;
    }
    expect_passed(node, CheckId::loading);
}

TEST(Verify, WhatIsReachedOverAPortIsNotCutOff) {
    Observed node = with_symvers();
    node.storage = {{"nvme0 at 192.0.2.2", {"bond0", "ens8f1"}}};
    expect_failed(node, CheckId::storage, ReasonCode::storage_over_port, "over the port ens8f1");
    node.storage = {{"nvme0 at 192.0.2.2", {"bond0", "eno1"}}};
    expect_passed(node, CheckId::storage);
    node.storage = {{"nbd0", {}}};
    expect_passed(node, CheckId::storage);
    node.functions[0].interfaces[0].up = true;
    expect_failed(node, CheckId::storage, ReasonCode::storage_over_port, "nbd0 is reached over");
}

TEST(Verify, DoesNotTakeVirtualFunctionsAway) {
    Observed node = booting_node();
    node.functions[0].virtual_functions = 4;
    expect_failed(
        node, CheckId::virtual_functions, ReasonCode::virtual_functions, "0000:3b:00.0 has virtual"
    );
    node.functions[0].driver_override = "vfio-pci";
    expect_passed(node, CheckId::virtual_functions);
    // The staged driver itself has made them: nothing is swapped.
    node = running_node();
    node.loaded.at(module("sfc")).build_id = staged(node, "sfc").build_id;
    node.functions[0].virtual_functions = 4;
    expect_passed(node, CheckId::virtual_functions);
}

TEST(Verify, AsksNothingOfThisMachineAboutAnother) {
    Observed node = booting_node();
    node.scope = Scope::other_root;
    node.functions.clear();
    EXPECT_EQ(verdict(node, CheckId::ports).verdict, Verdict::not_checkable);
    EXPECT_EQ(verdict(node, CheckId::signature).verdict, Verdict::not_checkable);
    const auto checks = verify(Config(), node);
    EXPECT_EQ(checks.back().id, CheckId::parameters);
    EXPECT_EQ(first_failed(checks, true), nullptr);
}

TEST(Verify, SpellsEveryCheckAndVerdict) {
    EXPECT_EQ(to_string(CheckId::tree), "tree");
    EXPECT_EQ(to_string(CheckId::storage), "storage");
    EXPECT_EQ(to_string(CheckId::virtual_functions), "virtual-functions");
    EXPECT_EQ(to_string(Verdict::failed), "failed");
    EXPECT_EQ(to_string(Verdict::not_checkable), "not-checkable");
}

}  // namespace
}  // namespace onload_node::verify_test
