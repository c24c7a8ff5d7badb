// SPDX-License-Identifier: BSD-2-Clause
#include "core/verifying/verify.hpp"

#include "base/text.hpp"
#include "core/formats/module_image.hpp"
#include "core/model/reasons.hpp"
#include "core/modules/load_order.hpp"
#include "core/modules/wanted_parameters.hpp"
#include "core/verifying/verify_parts.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// False if there is nothing to check.
bool verify_tree(const Observed& observed, Verdicts& verdicts) {
    const auto& staged = observed.staged;
    if (!staged.problem.empty()) {
        verdicts.fail({CheckId::tree, ReasonCode::unusable_module, "", true, ""}, staged.problem);
        return false;
    }
    if (!staged.present) {
        verdicts.fail(
            {CheckId::tree, ReasonCode::no_tree, ""},
            compose(
                "nothing is staged for kernel {} ({}); staged: {}",
                observed.kernel,
                staged.directory,
                staged.kernels.empty() ? "none" : joined(staged.kernels, " ")
            )
        );
        return false;
    }
    verdicts.settle(CheckId::tree, Verdict::passed, staged.directory);
    return true;
}

void verify_paths(const VerifyContext& context, Verdicts& verdicts) {
    for (const auto& [name, file] : context.observed.staged.modules) {
        if (file.unsafe) {
            verdicts.fail({CheckId::paths, ReasonCode::unsafe_path, name.str()}, file.problem);
        }
    }
    verdicts.settle(CheckId::paths, Verdict::passed, "only root can change what is staged");
}

void verify_modules(
    const VerifyContext& context, const Result<LoadOrder>& order, Verdicts& verdicts
) {
    if (!order) {
        const bool missing = order.error().code == ErrorCode::not_found;
        verdicts.fail(
            {CheckId::modules,
             missing ? ReasonCode::module_missing : ReasonCode::unusable_module,
             ""},
            order.error().message
        );
        return;
    }
    std::string text = "would load";
    for (const ModuleFile* const file : context.order) {
        text += " " + file->name.str();
    }
    verdicts.settle(CheckId::modules, Verdict::passed, text);
}

void verify_machines(const VerifyContext& context, Verdicts& verdicts) {
    const auto own = processor_name(own_machine);
    for (const ModuleFile* const file : context.staged) {
        if (file->machine != own_machine) {
            verdicts.fail(
                {CheckId::machine, ReasonCode::wrong_machine, file->name.str()},
                compose(
                    "{} is built for another processor ({}, this one is {})",
                    file->path,
                    processor_name(file->machine),
                    own
                )
            );
        }
    }
    verdicts.settle(CheckId::machine, Verdict::passed, own);
}

std::string_view release_of(std::string_view vermagic) {
    return vermagic.substr(0, vermagic.find(' '));
}

/// True if the kernel goes by the CRC of each symbol that the module needs, not by the release that
/// it was built for, and all of them can be compared (same_magic in its kernel/module/version.c).
/// What weak-modules has put into another kernel's tree is such a module.
bool decided_by_symbols(const ModuleFile& file, const VerifyContext& context) {
    constexpr std::string_view option = " modversions ";
    const auto& kernel = context.observed.vermagic;
    const auto& symbols = context.observed.symbols;
    const auto options = file.vermagic.find(' ');
    return context.config.driver.vermagic == VermagicCheck::kernel &&
           options != std::string::npos && kernel.find(option) != std::string::npos &&
           kernel.substr(kernel.find(' ')) == file.vermagic.substr(options) &&
           !symbols.path.empty() && symbols.problem.empty() && !file.needs.empty() &&
           std::ranges::all_of(file.needs, [](const auto& need) {
               return need.second.crc.has_value();
           });
}

/// The first word of a vermagic is the kernel release; the rest are build options, which must
/// match.
std::string wrong_kernel(const ModuleFile& file, const VerifyContext& context) {
    const auto& observed = context.observed;
    const auto& vermagic = file.vermagic;
    const auto release = release_of(vermagic);
    if (release != observed.kernel && decided_by_symbols(file, context)) {
        return {};
    }
    if (release != observed.kernel) {
        return compose(
            "staged {}.ko is for {}, kernel is {}",
            file.name.str(),
            release.empty() ? "no known kernel" : release,
            observed.kernel
        );
    }
    if (!observed.vermagic.empty() && vermagic != observed.vermagic) {
        return compose(
            "staged {}.ko was built with other options (\"{}\") than the kernel (\"{}\")",
            file.name.str(),
            vermagic,
            observed.vermagic
        );
    }
    return {};
}

void verify_vermagic(const VerifyContext& context, Verdicts& verdicts) {
    const auto& observed = context.observed;
    std::string told =
        observed.vermagic.empty()
            ? observed.kernel + "; the kernel has no module of its own to compare with"
            : observed.vermagic;
    for (const ModuleFile* const file : context.staged) {
        if (const auto text = wrong_kernel(*file, context); !text.empty()) {
            verdicts.fail({CheckId::vermagic, ReasonCode::wrong_kernel, file->name.str()}, text);
        } else if (const auto release = release_of(file->vermagic); release != observed.kernel) {
            told += compose(
                "; {} is for {}, which the kernel takes by its symbols", file->name.str(), release
            );
        }
    }
    verdicts.settle(CheckId::vermagic, Verdict::passed, told);
}

/// Without this the first indirect call into the module is an oops: "Missing ENDBR". The kernel
/// loads the module all the same. (Source: Linux, arch/x86/kernel/cet.c.)
void verify_branch_targets(const VerifyContext& context, Verdicts& verdicts) {
    const auto& by = context.observed.branch_tracking_by;
    for (const ModuleFile* const file : context.staged) {
        if (!by.empty() && !file->branch_targets) {
            verdicts.fail(
                {CheckId::ibt, ReasonCode::ibt, file->name.str()},
                compose(
                    "{} was not built for indirect branch tracking (IBT), which the kernel "
                    "enforces on {}",
                    file->path,
                    by
                )
            );
        }
    }
    verdicts.settle(
        CheckId::ibt,
        Verdict::passed,
        by.empty() ? "the kernel enforces no branch tracking that a module was not built for"
                   : "built for indirect branch tracking"
    );
}

/// The kernel ignores unknown parameters, so these failures are only advice. Our own defaults do
/// not count: nobody asked for them.
void verify_parameters(const VerifyContext& context, Verdicts& verdicts) {
    const Config defaults;
    for (const ModuleFile* const file : context.staged) {
        const auto built_in = configured_parameters(defaults, file->name);
        for (const auto& parameter : configured_parameters(context.config, file->name)) {
            if (contains(file->parameters, parameter.first) || contains(built_in, parameter)) {
                continue;
            }
            const auto& name = file->name.str();
            verdicts.fail(
                {CheckId::parameters, ReasonCode::unknown_parameter, name, false},
                compose(
                    "module {} has no parameter \"{}\"; the kernel ignores it",
                    name,
                    parameter.first
                )
            );
        }
    }
    verdicts.settle(
        CheckId::parameters, Verdict::passed, "the modules have those configured", false
    );
}

/// Checks what the load order would load; without an order, all modules that could be read.
VerifyContext
context_of(const Config& config, const Observed& observed, const Result<LoadOrder>& order) {
    VerifyContext context{config, observed};
    if (order) {
        context.order = order->modules;
    } else {
        for (const auto& [name, file] : observed.staged.modules) {
            if (file.problem.empty()) {
                context.staged.push_back(&file);
            }
        }
    }
    for (const ModuleFile* const file : context.order) {
        if (file->origin == Origin::out_of_tree) {
            context.staged.push_back(file);
        }
    }
    return context;
}

}  // namespace

void Verdicts::fail(const Failure& failure, std::string_view text) {
    checks_.push_back(
        {failure.id,
         Verdict::failed,
         failure.mandatory,
         std::string(failure.subject),
         std::string(text),
         std::string(failure.advice.value_or(facts_of(failure.code).advice)),
         failure.code}
    );
}

void Verdicts::settle(CheckId id, Verdict verdict, std::string_view text, bool mandatory) {
    if (checks_.empty() || checks_.back().id != id) {
        checks_.push_back({id, verdict, mandatory, "", std::string(text), "", ReasonCode::as_wanted}
        );
    }
}

std::vector<Check> verify(const Config& config, const Observed& observed) {
    Verdicts verdicts;
    if (verify_tree(observed, verdicts)) {
        const auto order = load_order(config.driver.load, observed);
        const auto context = context_of(config, observed, order);
        verify_paths(context, verdicts);
        verify_modules(context, order, verdicts);
        verify_machines(context, verdicts);
        verify_vermagic(context, verdicts);
        verify_symbols(context, verdicts);
        verify_branch_targets(context, verdicts);
        verify_signatures(context, verdicts);
        verify_pins(context, verdicts);
        verify_ports(context, verdicts);
        verify_parameters(context, verdicts);
        verify_way_out(context, verdicts);
    }
    return verdicts.take();
}

const Check* first_failed(const std::vector<Check>& checks, bool mandatory) {
    const auto found = std::ranges::find_if(checks, [&](const Check& check) {
        return check.verdict == Verdict::failed && check.mandatory == mandatory;
    });
    return found == checks.end() ? nullptr : &*found;
}

Blocker to_blocker(const Check& check) {
    // These two need no advice: they say what is staged and what runs.
    const bool complete = check.id == CheckId::tree || check.id == CheckId::vermagic;
    const bool plain = complete || check.advice.empty();
    return {check.code, plain ? check.text : compose("{}; {}", check.text, check.advice)};
}

std::string_view to_string(CheckId id) {
    constexpr std::string_view names[] = {
        "kernel",
        "tree",
        "paths",
        "modules",
        "machine",
        "vermagic",
        "symbols",
        "ibt",
        "signature",
        "pins",
        "ports",
        "parameters",
        "holders",
        "stacks",
        "virtual-functions",
        "loading",
        "storage",
        "next-boot"};
    return names[static_cast<std::size_t>(id)];
}

std::string_view to_string(Verdict verdict) {
    constexpr std::string_view names[] = {"passed", "failed", "not-checkable"};
    return names[static_cast<std::size_t>(verdict)];
}

}  // namespace onload_node
