// SPDX-License-Identifier: BSD-2-Clause
#include "app/stage/stage_parts.hpp"
#include "base/text.hpp"
#include "stage/source.hpp"

#include <utility>

namespace onload_node {

namespace {

/// The kernels whose names go into a source, or choose it.
Result<std::vector<std::string>> kernels_for(
    const std::string& source, const Command& command, const std::vector<std::string>& needed
) {
    auto kernels = command.kernel.empty() ? needed : std::vector{command.kernel};
    if (kernels.empty()) {
        return failure(
            ErrorCode::usage,
            compose("{}: below another root the kernel has to be given: --kernel", source)
        );
    }
    return kernels;
}

Error lacking(const std::string& kernel, const SourcesByKernel& table) {
    std::vector<std::string> known;
    for (const auto& [name, sources] : table) {
        known.push_back(name);
    }
    return {
        ErrorCode::config,
        compose(
            "[stage] source has nothing for kernel {}; it has {}",
            kernel,
            known.empty() ? "none at all" : joined(known, ", ")
        )};
}

void add(
    std::vector<Wanted>& all, const std::vector<std::string>& texts, const std::string& kernel
) {
    for (const auto& text : texts) {
        all.push_back({expand_source(text, kernel), kernel});
    }
}

Result<std::vector<Wanted>> listed(
    const std::vector<std::string>& texts,
    const Command& command,
    const std::vector<std::string>& needed
) {
    std::vector<Wanted> all;
    for (const auto& text : texts) {
        std::vector<std::string> kernels = {command.kernel};
        if (names_kernel(text)) {
            kernels = TRY(kernels_for(text, command, needed));
        }
        for (const auto& kernel : kernels) {
            add(all, {text}, kernel);
        }
    }
    return all;
}

}  // namespace

Result<WantedSources> wanted_sources(
    const Command& command,
    const StageConfig& config,
    const std::vector<std::string>& needed,
    const std::function<bool(const std::string& kernel)>& has_modules
) {
    WantedSources wanted;
    if (!command.source.empty() || !config.sources_by_kernel) {
        wanted.all = TRY(listed(
            command.source.empty() ? config.sources : std::vector{command.source}, command, needed
        ));
        return wanted;
    }
    const auto kernels = TRY(kernels_for("[stage] source", command, needed));
    for (const auto& kernel : kernels) {
        const auto found = config.sources_by_kernel->find(kernel);
        if (found != config.sources_by_kernel->end()) {
            add(wanted.all, found->second, kernel);
        } else if (!has_modules(kernel)) {
            wanted.missing = lacking(kernel, *config.sources_by_kernel);
        }
    }
    return wanted;
}

std::set<std::string>
all_configured(const StageConfig& config, const std::vector<std::string>& kernels) {
    std::vector<Wanted> all;
    for (const auto& kernel : kernels) {
        add(all, config.sources, kernel);
    }
    if (config.sources_by_kernel) {
        for (const auto& [kernel, texts] : *config.sources_by_kernel) {
            add(all, texts, kernel);
        }
    }
    std::set<std::string> sources;
    for (auto& each : all) {
        sources.insert(std::move(each.source));
    }
    return sources;
}

}  // namespace onload_node
