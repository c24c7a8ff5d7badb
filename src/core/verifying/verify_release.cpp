// SPDX-License-Identifier: BSD-2-Clause
#include "core/verifying/verify_release.hpp"

#include "base/text.hpp"
#include "core/formats/module_image.hpp"
#include "core/verifying/verify_parts.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace onload_node {

namespace {

Check failed(ReasonCode code, const std::string& text, std::string_view subject) {
    Verdicts verdicts;
    verdicts.fail({CheckId::kernel, code, subject}, text);
    return verdicts.take().front();
}

/// The processor by the kernel's own modules, by its configuration, or by the end of its name; 0 if
/// none of them tells.
std::uint16_t machine_of(const Observed& observed, const ReleaseKernel& kernel) {
    constexpr std::uint16_t x86_64 = 62;
    constexpr std::uint16_t aarch64 = 183;
    for (const auto& [name, file] : observed.in_tree) {
        if (file.machine != 0) {
            return file.machine;
        }
    }
    if (kernel.config.machine != 0) {
        return kernel.config.machine;
    }
    // A real-time or 64k kernel has a "+" and a word behind it.
    const std::string_view name = kernel.name;
    const auto plain = name.substr(0, name.find('+'));
    return plain.ends_with(".x86_64") ? x86_64 : plain.ends_with(".aarch64") ? aarch64 : 0;
}

/// Whether the modules were built as the configuration says; the kernel's own modules, where they
/// are there, are compared by verify() itself.
std::string config_complaint(const Observed& observed, const ReleaseKernel& kernel) {
    if (!kernel.config.known || !observed.vermagic.empty()) {
        return {};
    }
    for (const auto& [name, file] : observed.staged.modules) {
        const bool versions = file.vermagic.find(" modversions ") != std::string::npos;
        if (!file.vermagic.empty() && versions != kernel.config.symbol_versions) {
            return compose(
                "staged {}.ko was built {} CRCs of symbols, and kernel {} has "
                "CONFIG_MODVERSIONS={}",
                name.str(),
                versions ? "with" : "without",
                kernel.name,
                versions ? "n" : "y"
            );
        }
    }
    return {};
}

void verify_kernel(const Observed& observed, const ReleaseKernel& kernel, Verdicts& verdicts) {
    const auto machine = machine_of(observed, kernel);
    const auto& symbols = observed.symbols;
    if (machine != 0 && machine != own_machine) {
        verdicts.fail(
            {CheckId::kernel,
             ReasonCode::wrong_machine,
             kernel.name,
             true,
             "give the image of the release for this processor"},
            compose(
                "kernel {} of {} is for another processor ({}, this one is {})",
                kernel.name,
                kernel.source,
                processor_name(machine),
                processor_name(own_machine)
            )
        );
    }
    if (kernel.symvers.empty()) {
        verdicts.fail(
            {CheckId::kernel, ReasonCode::no_symvers, kernel.name},
            compose("{} has no symvers file of kernel {}", kernel.source, kernel.name)
        );
    } else if (!symbols.problem.empty()) {
        verdicts.fail({CheckId::kernel, ReasonCode::no_symvers, kernel.name}, symbols.problem);
    }
    if (const auto text = config_complaint(observed, kernel); !text.empty()) {
        verdicts.fail({CheckId::kernel, ReasonCode::wrong_kernel, kernel.name}, text);
    }
    verdicts.settle(
        CheckId::kernel, Verdict::passed, compose("{}, of {}", kernel.name, kernel.source)
    );
}

}  // namespace

Check verify_is_pending(const PendingKernel& next, std::string_view running) {
    if (next.release == running) {
        return failed(
            ReasonCode::not_pending,
            compose(
                "no other kernel is pending: the next boot runs {} again, by {}",
                next.release,
                next.told_by
            ),
            ""
        );
    }
    Verdicts verdicts;
    verdicts.settle(
        CheckId::kernel,
        Verdict::passed,
        compose("{} is pending, by {}", next.release, next.told_by)
    );
    return verdicts.take().front();
}

std::variant<std::string, Check>
choose_kernel(const ReleaseKernels& kernels, const std::string& wanted) {
    const auto& names = kernels.names;
    const auto all = joined(names, ", ");
    if (names.empty()) {
        return failed(
            ReasonCode::kernel_unknown,
            compose(
                "{} has no kernel: no folder of one in lib/modules, usr/lib/modules or "
                "usr/src/kernels, and no symvers file",
                kernels.source
            ),
            wanted
        );
    }
    if (!wanted.empty() && !contains(names, wanted)) {
        return failed(
            ReasonCode::kernel_unknown,
            compose("kernel {} is not in {}, which has {}", wanted, kernels.source, all),
            wanted
        );
    }
    if (!wanted.empty() || names.size() == 1) {
        return wanted.empty() ? names.front() : wanted;
    }
    const auto& real_time = kernels.toolkit.real_time;
    return failed(
        ReasonCode::several_kernels,
        compose(
            "{} has several kernels: {}{}{}",
            kernels.source,
            all,
            real_time.empty() ? "" : "; the real-time one is ",
            real_time
        ),
        ""
    );
}

void add_demands(Observed& observed, const ReleaseKernel& kernel) {
    if (kernel.config.signatures_forced && observed.signatures.enforced_by.empty()) {
        observed.signatures.enforced_by =
            compose("CONFIG_MODULE_SIG_FORCE of kernel {}", kernel.name);
    }
    // The running kernel may hide from its processor's flags what that kernel will use.
    if (kernel.config.branch_tracking && observed.branch_tracking_by.empty()) {
        observed.branch_tracking_by =
            compose("processors that have it (CONFIG_X86_KERNEL_IBT of kernel {})", kernel.name);
    }
}

std::vector<Check>
verify_for_kernel(const Config& config, const Observed& observed, const ReleaseKernel& kernel) {
    Verdicts verdicts;
    verify_kernel(observed, kernel, verdicts);
    auto checks = verdicts.take();
    for (auto& check : verify(config, observed)) {
        checks.push_back(std::move(check));
    }
    return checks;
}

}  // namespace onload_node
