// SPDX-License-Identifier: BSD-2-Clause
#include "core/model/managed_functions.hpp"
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"
#include "core/reporting/report.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

using fixture::booting_node;
using fixture::module;
using fixture::steps_of;

/// The node after a successful apply of the default configuration.
Observed applied_node() {
    Observed node = booting_node();
    const auto put_staged = [&](const char* name, std::vector<ModuleName> holders) {
        node.loaded.insert_or_assign(
            module(name),
            fixture::loaded_module(node.staged.modules.at(module(name)), std::move(holders))
        );
    };
    put_staged("sfc", {module("sfc_resource")});
    put_staged("sfc_resource", {module("sfc_char"), module("onload")});
    put_staged("sfc_char", {module("onload")});
    put_staged("onload", {});
    node.loaded.emplace(
        module("mdio"), fixture::loaded_module(node.in_tree.at(module("mdio")), {module("sfc")})
    );
    for (const auto& planned : make_plan(Config(), booting_node(), {}).phases) {
        for (const auto& step : planned.steps) {
            fixture::put_file(node, step.step);
            if (const auto* const names = std::get_if<RememberNames>(&step.step)) {
                node.names_text = names->content;
            }
        }
    }
    node.remembered = updated_record(
        managed_functions(Config(), node),
        own_names(managed_functions(Config(), node), booting_node()),
        node
    );
    node.units["chronyd.service"] = {
        "chronyd.service", "loaded", "inactive", "masked-runtime", false};
    node.units["sfptpd.service"] = {"sfptpd.service", "loaded", "active", "static", false};
    return node;
}

/// What the kernel does when it breaks is set for the swap, and set back after it.
const std::string window = "set kernel.panic; set kernel.panic_on_oops; "
                           "set kernel.hung_task_timeout_secs; set kernel.hung_task_panic; ";

TEST(MakePlan, SwapsTheDriverInTheOrderOfTheDesign) {
    const Plan plan = make_plan(Config(), booting_node(), {});
    ASSERT_EQ(plan.phases.size(), 4U);
    EXPECT_EQ(plan.goal, State::active);
    EXPECT_EQ(
        steps_of(plan, PhaseName::names),
        "write 71-onload-node-0000:3b:00.0.link; write 71-onload-node-0000:3b:00.1.link; reload "
        "udev; write names.toml"
    );
    EXPECT_EQ(
        steps_of(plan, PhaseName::driver),
        "write 70-onload-node.rules; reload udev; load mdio; arm guard; " + window +
            "unload sfc; hold functions; load sfc; bind functions; await ports; " + window +
            "remove 70-onload-node.rules; reload udev"
    );
    EXPECT_EQ(steps_of(plan, PhaseName::onload), "load sfc_resource; load sfc_char; load onload");
    EXPECT_EQ(
        steps_of(plan, PhaseName::time),
        "mask chronyd.service; write sfptpd-keeps-time; start sfptpd.service"
    );
}

TEST(MakePlan, LoadsTheVerifiedBytesWithTheConfiguredParameters) {
    const Plan plan = make_plan(Config(), booting_node(), {});
    for (const auto& planned : fixture::find_phase(plan, PhaseName::driver)->steps) {
        if (const auto* const load = std::get_if<LoadModule>(&planned.step);
            load != nullptr && load->name == module("sfc")) {
            EXPECT_EQ(load->sha256, "sha256-of-sfc");
            EXPECT_EQ(load->build_id, "b1d0sfc");
            EXPECT_EQ(load->parameters, (ModuleParameters{{"performance_profile", "latency"}}));
            return;
        }
    }
    FAIL() << "no step loads sfc";
}

TEST(MakePlan, EveryStepHasAReason) {
    for (const auto& phase : make_plan(Config(), booting_node(), {}).phases) {
        for (const auto& planned : phase.steps) {
            EXPECT_FALSE(planned.reason.empty()) << describe(planned.step);
        }
    }
}

TEST(MakePlan, IsEmptyOnANodeThatIsAsConfigured) {
    const Plan plan = make_plan(Config(), applied_node(), {});
    EXPECT_TRUE(plan.empty()) << steps_of(plan, PhaseName::driver)
                              << steps_of(plan, PhaseName::onload)
                              << steps_of(plan, PhaseName::names)
                              << steps_of(plan, PhaseName::time);
    EXPECT_EQ(plan.code, ReasonCode::as_wanted);
}

TEST(MakePlan, UnloadsUsersFirstWhenAnotherBuildIsStaged) {
    Observed node = applied_node();
    node.staged.modules.at(module("sfc")).build_id = "newer";
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(
        steps_of(plan, PhaseName::driver),
        "write 70-onload-node.rules; reload udev; arm guard; " + window +
            "unload onload; unload sfc_char; unload sfc_resource; unload sfc; hold functions; "
            "load sfc; bind functions; await ports; " +
            window + "remove 70-onload-node.rules; reload udev"
    );
    EXPECT_EQ(steps_of(plan, PhaseName::onload), "load sfc_resource; load sfc_char; load onload");
}

TEST(MakePlan, UnloadsOnloadBeforeSfcAlsoWhenNoHolderShowsIt) {
    Observed node = applied_node();
    node.loaded.at(module("sfc")).holders.clear();
    node.loaded.at(module("sfc")).use_count = 0;
    node.staged.modules.at(module("sfc")).build_id = "newer";
    const std::string steps = steps_of(make_plan(Config(), node, {}), PhaseName::driver);
    EXPECT_LT(steps.find("unload onload"), steps.find("unload sfc;")) << steps;
    EXPECT_LT(steps.find("unload sfc_resource"), steps.find("unload sfc;")) << steps;
}

TEST(MakePlan, OtherParametersForAModuleWeLoadedMeanLoadingItAgain) {
    Observed node = applied_node();
    node.load_records[module("onload")] = {
        "sha256-of-onload", "b1d0onload", {{"cplane_server_path", "/elsewhere"}}};
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(steps_of(plan, PhaseName::driver), "");
    EXPECT_EQ(steps_of(plan, PhaseName::onload), "unload onload; load onload");
}

TEST(MakePlan, StaysInTreeWithoutATreeAndNamesTheKernels) {
    Observed node = booting_node();
    node.staged.present = false;
    node.staged.kernels = {"5.14.0-284.el9.x86_64", "5.14.0-362.el9.x86_64"};
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(plan.goal, State::in_tree);
    EXPECT_EQ(plan.code, ReasonCode::no_tree);
    EXPECT_NE(plan.reason.find(fixture::kernel), std::string::npos) << plan.reason;
    EXPECT_NE(plan.reason.find("5.14.0-284.el9.x86_64 5.14.0-362.el9.x86_64"), std::string::npos)
        << plan.reason;
    EXPECT_EQ(steps_of(plan, PhaseName::driver), "");
    EXPECT_EQ(steps_of(plan, PhaseName::time), "") << "chronyd keeps the clock";
}

TEST(MakePlan, NamesTheMissingDependencyAndWhoNeedsIt) {
    Observed node = booting_node();
    node.in_tree.erase(module("mdio"));
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(plan.code, ReasonCode::module_missing);
    EXPECT_NE(plan.reason.find("mdio, which sfc needs"), std::string::npos) << plan.reason;
}

TEST(MakePlan, ADependencyInsideTheKernelImageIsThere) {
    Observed node = booting_node();
    node.in_tree.erase(module("mdio"));
    node.builtin.insert(module("mdio"));
    EXPECT_EQ(make_plan(Config(), node, {}).goal, State::active);
}

TEST(MakePlan, RefusesAModuleForAnotherKernel) {
    Observed node = booting_node();
    node.staged.modules.at(module("onload")).vermagic = "5.14.0-284.el9.x86_64 SMP mod_unload";
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(plan.code, ReasonCode::wrong_kernel);
    EXPECT_EQ(
        plan.reason,
        "staged onload.ko is for 5.14.0-284.el9.x86_64, kernel is 5.14.0-427.el9.x86_64"
    );
}

TEST(MakePlan, RefusesAModuleBuiltWithOtherOptions) {
    Observed node = booting_node();
    node.staged.modules.at(module("sfc")).vermagic += " modversions";
    EXPECT_EQ(make_plan(Config(), node, {}).code, ReasonCode::wrong_kernel);
}

TEST(MakePlan, RefusesToTakeOutWhatAForeignModuleUses) {
    Observed node = booting_node();
    ModuleFile foreign = fixture::staged_file("foreign", {});
    node.loaded.at(module("sfc")).holders = {foreign.name};
    node.loaded.emplace(foreign.name, fixture::loaded_module(foreign));
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(plan.code, ReasonCode::busy);
    EXPECT_NE(plan.reason.find("foreign"), std::string::npos);
}

TEST(MakePlan, DoesNotTakeAwayADriverThatCouldNotComeBack) {
    Observed node = booting_node();
    node.in_tree.at(module("sfc")).problem = "cannot read /lib/modules/sfc.ko";
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_EQ(plan.code, ReasonCode::unusable_module);
    EXPECT_NE(plan.reason.find("no way back"), std::string::npos) << plan.reason;
    EXPECT_EQ(fixture::find_phase(plan, PhaseName::driver), nullptr);
    // Nothing is lost where the in-tree driver carries no port.
    node.loaded.erase(module("sfc"));
    node.functions = {fixture::port(0, "", ""), fixture::port(1, "", "")};
    const Plan other = make_plan(Config(), node, {});
    EXPECT_NE(fixture::find_phase(other, PhaseName::driver), nullptr);
}

TEST(MakePlan, LeavesANodeAloneWhoseKernelDoesNotAnswer) {
    Observed node = booting_node();
    node.functions[1].hung = true;
    Config config;
    config.names.policy = NamePolicy::sequential;
    const Plan plan = make_plan(config, node, {});
    EXPECT_EQ(plan.code, ReasonCode::hung);
    EXPECT_FALSE(plan.has(PhaseName::driver));
    EXPECT_FALSE(plan.has(PhaseName::names)) << "which card it is can only be guessed";
}

TEST(MakePlan, NeverSwapsUnderALiveNetworkUnlessTold) {
    Observed node = booting_node();
    node.network_started = true;
    node.functions.front().interfaces.front().up = true;
    const Plan waiting = make_plan(Config(), node, {});
    EXPECT_EQ(waiting.goal, State::in_tree);
    EXPECT_EQ(waiting.code, ReasonCode::pending_reboot);
    EXPECT_EQ(steps_of(waiting, PhaseName::driver), "");
    EXPECT_NE(steps_of(make_plan(Config(), node, {true}), PhaseName::driver), "");
}

TEST(MakePlan, TakesAPortThatAPodHasForInUse) {
    Observed node = booting_node();
    node.network_started = true;
    node.functions.back().interfaces.clear();
    EXPECT_EQ(make_plan(Config(), node, {}).code, ReasonCode::pending_reboot);
    EXPECT_NE(steps_of(make_plan(Config(), node, {true}), PhaseName::driver), "");
}

TEST(MakePlan, KeepsTheLinkFileOfAPortThatAPodHas) {
    Observed node = booting_node();
    const std::string path = link_file_path(node.functions.back().address);
    node.generated_files[path] = "as it was written at boot";
    node.functions.back().interfaces.clear();
    EXPECT_EQ(
        steps_of(make_plan(Config(), node, {}), PhaseName::names).find("remove"), std::string::npos
    );
    node.functions.pop_back();
    EXPECT_NE(
        steps_of(make_plan(Config(), node, {}), PhaseName::names).find("remove"), std::string::npos
    ) << "a card that is gone";
}

TEST(MakePlan, LeavesVirtualFunctionsToWhoeverMadeThem) {
    Observed node = applied_node();
    NetworkFunction virtual_one = fixture::port(7, "");
    virtual_one.driver.clear();
    virtual_one.physical_function = node.functions.front().address;
    node.functions.push_back(virtual_one);
    EXPECT_EQ(managed_functions(Config(), node).size(), 2U);
    const Plan plan = make_plan(Config(), node, {});
    EXPECT_TRUE(plan.empty());
    const Report report = make_report(Config(), node, plan, {});
    EXPECT_EQ(report.ports.size(), 2U);
    EXPECT_TRUE(report.left_alone.empty());
    EXPECT_NE(report.state, State::failed) << "one without a driver is waiting for its machine";
}

TEST(MakePlan, SwapsAfterTheNetworkStartedWhenNoPortIsUp) {
    Observed node = booting_node();
    node.network_started = true;
    EXPECT_NE(steps_of(make_plan(Config(), node, {}), PhaseName::driver), "");
}

TEST(MakePlan, IsIdleWithoutANicUnlessActivationIsForced) {
    Observed node = booting_node();
    node.functions.clear();
    EXPECT_EQ(make_plan(Config(), node, {}).goal, State::idle);
    EXPECT_TRUE(make_plan(Config(), node, {}).empty());
    Config config;
    config.driver.activate = Activate::always;
    const Plan plan = make_plan(config, node, {});
    EXPECT_EQ(
        steps_of(plan, PhaseName::driver),
        "load mdio; arm guard; " + window + "unload sfc; load sfc; " +
            window.substr(0, window.size() - 2)
    );
    EXPECT_EQ(steps_of(plan, PhaseName::time), "") << "no card, no displaced chronyd";
}

TEST(MakePlan, DoesNothingWhenSwitchedOff) {
    Observed node = booting_node();
    node.boot_switch = BootSwitch::off;
    EXPECT_EQ(make_plan(Config(), node, {}).goal, State::off);
    EXPECT_TRUE(make_plan(Config(), node, {}).empty());
}

TEST(MakePlan, LeavesForeignFunctionsAlone) {
    Observed node = booting_node();
    node.functions[0].driver = "vfio-pci";
    node.functions[1].driver_override = "vfio-pci";
    EXPECT_EQ(make_plan(Config(), node, {}).goal, State::idle);
}

TEST(MakePlan, KeepsChronydWhenItsSuccessorIsMissing) {
    Observed node = booting_node();
    node.units["sfptpd.service"].load_state = "not-found";
    EXPECT_EQ(steps_of(make_plan(Config(), node, {}), PhaseName::time), "");
}

TEST(MakePlan, DisplacesARunningChronydByItsRealName) {
    Observed node = booting_node();
    node.units["chronyd.service"] = {"chrony.service", "loaded", "active", "enabled", false};
    EXPECT_EQ(
        steps_of(make_plan(Config(), node, {}), PhaseName::time),
        "stop chrony.service; mask chrony.service; write sfptpd-keeps-time; start sfptpd.service"
    );
}

TEST(MakePlan, RenamesPortsThatAreDownWhenTheDriverStays) {
    Config config;
    config.names.policy = NamePolicy::sequential;
    Observed node = booting_node();
    node.staged.present = false;
    node.functions[1].interfaces.front().up = true;
    EXPECT_EQ(
        steps_of(make_plan(config, node, {}), PhaseName::names),
        "write 71-onload-node-0000:3b:00.0.link; write 71-onload-node-0000:3b:00.1.link; reload "
        "udev; "
        "trigger 0000:3b:00.0; write names.toml; await ports"
    );
}

TEST(MakePlan, IsDeterministic) {
    const Plan first = make_plan(Config(), booting_node(), {});
    const Plan second = make_plan(Config(), booting_node(), {});
    ASSERT_EQ(first.phases.size(), second.phases.size());
    for (std::size_t i = 0; i < first.phases.size(); ++i) {
        ASSERT_EQ(first.phases[i].steps.size(), second.phases[i].steps.size());
        for (std::size_t j = 0; j < first.phases[i].steps.size(); ++j) {
            EXPECT_EQ(first.phases[i].steps[j].step, second.phases[i].steps[j].step);
        }
    }
}

}  // namespace
}  // namespace onload_node
