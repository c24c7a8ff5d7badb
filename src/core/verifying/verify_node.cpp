// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/model/managed_functions.hpp"
#include "core/modules/load_order.hpp"
#include "core/modules/swap_scope.hpp"
#include "core/verifying/verify_parts.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace onload_node {

namespace {

/// True if the port has a driver now, or will get the in-tree one as soon as udev comes to it.
bool has_in_tree_driver(const NetworkFunction& function, const VerifyContext& context) {
    const auto& replace = context.config.driver.replace;
    return !function.driver.empty() || std::ranges::any_of(replace, [&](const ModuleName& name) {
        const auto file = context.observed.in_tree.find(name);
        return file != context.observed.in_tree.end() && claims(file->second, function);
    });
}

bool would_be_lost(const NetworkFunction& function, const VerifyContext& context) {
    const auto& staged = context.staged;
    // Without a modalias nothing can be said about the port.
    return !function.modalias.empty() && has_in_tree_driver(function, context) &&
           std::ranges::none_of(staged, [&](const ModuleFile* file) {
               return claims(*file, function);
           });
}

/// True for a module that is neither staged nor the kernel's own: we may not remove it.
bool foreign(const ModuleName& name, const VerifyContext& context) {
    const auto& replace = context.config.driver.replace;
    const auto& order = context.order;
    return context.observed.loaded.at(name).origin == Origin::out_of_tree &&
           !contains(replace, name) &&
           std::ranges::none_of(order, [&](const ModuleFile* file) { return file->name == name; });
}

void verify_holders(const VerifyContext& context, const SwapScope& scope, Verdicts& verdicts) {
    for (const auto& name : scope.going) {
        if (foreign(name, context)) {
            verdicts.fail(
                {CheckId::holders, ReasonCode::busy, name.str()},
                compose(
                    "module {} uses the driver and is neither staged nor part of the kernel",
                    name.str()
                )
            );
        }
    }
    verdicts.settle(CheckId::holders, Verdict::passed, "no foreign module uses the driver");
}

void verify_stacks(const VerifyContext& context, const SwapScope& scope, Verdicts& verdicts) {
    const auto& going = scope.going;
    const bool onload_goes =
        std::ranges::any_of(going, [](const ModuleName& name) { return name.str() == "onload"; });
    if (onload_goes && context.observed.onload_stacks > 0) {
        verdicts.fail(
            {CheckId::stacks, ReasonCode::stacks_in_use, "onload"},
            compose(
                "the loaded onload has to go and has stacks in use: {}",
                std::to_string(context.observed.onload_stacks)
            )
        );
    }
    verdicts.settle(CheckId::stacks, Verdict::passed, "no Onload stack is in the way");
}

void verify_virtual_functions(
    const VerifyContext& context, const SwapScope& scope, Verdicts& verdicts
) {
    for (const auto* const function : managed_functions(context.config, context.observed)) {
        if (scope.swap && function->virtual_functions > 0) {
            const auto address = function->address.to_string();
            verdicts.fail(
                {CheckId::virtual_functions, ReasonCode::virtual_functions, address},
                compose(
                    "port {} has virtual functions, which go with the driver: {}",
                    address,
                    std::to_string(function->virtual_functions)
                )
            );
        }
    }
    verdicts.settle(
        CheckId::virtual_functions, Verdict::passed, "no virtual function is in the way"
    );
}

/// The swap would cut it off, and the node may stand still before the network is up again.
void verify_storage(const VerifyContext& context, const SwapScope& scope, Verdicts& verdicts) {
    if (scope.swap) {
        for (const auto& found : storage_over_ports(context.config, context.observed)) {
            verdicts.fail(
                {CheckId::storage, ReasonCode::storage_over_port, found.interface}, found.complaint
            );
        }
    }
    verdicts.settle(
        CheckId::storage, Verdict::passed, "no disk or file system is reached over a port"
    );
}

/// What the kernel will not load, whoever asks. In-tree modules of the name are refused as well.
void verify_loading(const VerifyContext& context, const SwapScope& scope, Verdicts& verdicts) {
    const auto& observed = context.observed;
    if (scope.swap && observed.modules_disabled) {
        verdicts.fail(
            {CheckId::loading, ReasonCode::kernel_refuses, "kernel.modules_disabled"},
            "the kernel takes no module any more: kernel.modules_disabled is 1"
        );
    }
    for (const ModuleFile* const file : context.order) {
        auto refusal = blacklist_complaint(observed, file->name);
        if (scope.swap && !refusal.empty()) {
            verdicts.fail(
                {CheckId::loading, ReasonCode::kernel_refuses, file->name.str()}, std::move(refusal)
            );
        }
    }
    verdicts.settle(CheckId::loading, Verdict::passed, "the kernel refuses none of the modules");
}

}  // namespace

std::string blacklist_complaint(const Observed& observed, const ModuleName& name) {
    return contains(observed.blacklisted, name.str())
               ? compose(
                     "the kernel refuses every {}: module_blacklist= on its command line names it",
                     name.str()
                 )
               : std::string();
}

void verify_ports(const VerifyContext& context, Verdicts& verdicts) {
    if (context.observed.scope == Scope::other_root) {
        verdicts.settle(CheckId::ports, Verdict::not_checkable, "no hardware to ask");
        return;
    }
    for (const auto* const function : managed_functions(context.config, context.observed)) {
        if (would_be_lost(*function, context)) {
            const auto address = function->address.to_string();
            verdicts.fail(
                {CheckId::ports, ReasonCode::port_unclaimed, address},
                compose(
                    "no staged driver claims the port {} ({}): it would be lost",
                    address,
                    function->modalias
                )
            );
        }
    }
    verdicts.settle(CheckId::ports, Verdict::passed, "no port would be lost");
}

void verify_way_out(const VerifyContext& context, Verdicts& verdicts) {
    if (context.observed.scope != Scope::running) {
        return;
    }
    const auto scope = swap_scope(context.order, context.config, context.observed);
    verify_holders(context, scope, verdicts);
    verify_stacks(context, scope, verdicts);
    verify_virtual_functions(context, scope, verdicts);
    verify_loading(context, scope, verdicts);
    verify_storage(context, scope, verdicts);
}

}  // namespace onload_node
