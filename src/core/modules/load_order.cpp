// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/load_order.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <set>

namespace onload_node {

namespace {

enum class Trees { staged_first, in_tree_only };

/// Depth-first walk over the dependencies; a module is appended after everything it needs.
class Resolver {
public:
    Resolver(const Observed& observed, Trees trees) : observed_(observed), trees_(trees) {}

    Result<void> add(const ModuleName& name, const std::string& needed_by) {
        if (!visited_.insert(name).second) {
            return {};
        }
        const ModuleFile* const file = find(name);
        if (file == nullptr) {
            return observed_.builtin.contains(name) ? Result<void>() : missing(name, needed_by);
        }
        if (!file->problem.empty()) {
            return failure(ErrorCode::mismatch, file->problem);
        }
        for (const auto& dependency : file->depends) {
            TRY(add(dependency, name.str()));
        }
        order_.modules.push_back(file);
        return {};
    }

    LoadOrder take() { return std::move(order_); }

private:
    [[nodiscard]] const ModuleFile* find(const ModuleName& name) const {
        if (trees_ == Trees::staged_first) {
            if (const auto staged = observed_.staged.modules.find(name);
                staged != observed_.staged.modules.end()) {
                return &staged->second;
            }
        }
        const auto in_tree = observed_.in_tree.find(name);
        return in_tree == observed_.in_tree.end() ? nullptr : &in_tree->second;
    }

    [[nodiscard]] Result<void> missing(const ModuleName& name, const std::string& needed_by) const {
        const bool by = !needed_by.empty();
        const bool both = trees_ == Trees::staged_first;
        return failure(
            ErrorCode::not_found,
            compose(
                "module {}{}{}{}{}{}{}the kernel's own tree for {}",
                name.str(),
                by ? ", which " : "",
                needed_by,
                by ? " needs," : "",
                both ? " is neither in " : " is not in ",
                both ? observed_.staged.directory : std::string_view(),
                both ? " nor in " : "",
                observed_.kernel
            )
        );
    }

    const Observed& observed_;
    Trees trees_;
    std::set<ModuleName> visited_;
    LoadOrder order_;
};

}  // namespace

Result<LoadOrder> load_order(const std::vector<ModuleName>& roots, const Observed& observed) {
    Resolver resolver(observed, Trees::staged_first);
    for (const auto& root : roots) {
        if (!observed.staged.modules.contains(root)) {
            return failure(
                ErrorCode::not_found,
                compose(
                    "module {} is not in the staged tree {}", root.str(), observed.staged.directory
                )
            );
        }
        TRY(resolver.add(root, ""));
    }
    return resolver.take();
}

Result<LoadOrder> in_tree_order(const ModuleName& root, const Observed& observed) {
    Resolver resolver(observed, Trees::in_tree_only);
    TRY(resolver.add(root, ""));
    return resolver.take();
}

bool claims(const ModuleFile& module, const NetworkFunction& function) {
    return std::ranges::any_of(module.aliases, [&](const std::string& alias) {
        return alias_claims(alias, function.modalias);
    });
}

bool refused_by_in_tree_driver(const NetworkFunction& function, const Observed& observed) {
    const bool free = function.driver.empty() && function.driver_override.empty();
    return free && std::ranges::any_of(observed.in_tree, [&](const auto& module) {
               const auto loaded = observed.loaded.find(module.first);
               // While its init runs it may still come to the function.
               return loaded != observed.loaded.end() && loaded->second.live &&
                      loaded->second.origin == Origin::in_tree && claims(module.second, function);
           });
}

bool lacks_in_tree_driver(const NetworkFunction& function, const Observed& observed) {
    if (!function.driver.empty() || refused_by_in_tree_driver(function, observed)) {
        return false;
    }
    if (function.modalias.empty()) {
        return true;
    }
    return std::ranges::any_of(observed.in_tree, [&](const auto& module) {
        return claims(module.second, function);
    });
}

std::vector<ModuleName>
unload_order(const std::vector<ModuleName>& modules, const Observed& observed) {
    std::vector<ModuleName> order;
    std::set<ModuleName> visited;
    const auto visit = [&](const auto& self, const ModuleName& name) -> void {
        const auto found = observed.loaded.find(name);
        if (found == observed.loaded.end() || !visited.insert(name).second) {
            return;
        }
        for (const auto& holder : found->second.holders) {
            self(self, holder);
        }
        order.push_back(name);
    };
    // Backwards: the module loaded last goes first, even if no holder shows the need (Onload 9 uses
    // sfc without a reference).
    std::for_each(modules.rbegin(), modules.rend(), [&](const ModuleName& name) {
        visit(visit, name);
    });
    return order;
}

namespace {

/// Matches one character with the first element of `pattern`; sets `length` to the element's.
bool matches_one(std::string_view pattern, char character, std::size_t& length) {
    const auto end = pattern.front() == '[' ? pattern.find(']', 2) : std::string_view::npos;
    if (end == std::string_view::npos) {
        length = 1;
        return pattern.front() == '?' || pattern.front() == character;
    }
    length = end + 1;
    bool found = false;
    for (std::size_t at = 1; at < end; ++at) {
        const bool range = at + 2 < end && pattern[at + 1] == '-';
        const char last = range ? pattern[at + 2] : pattern[at];
        found = found || (pattern[at] <= character && character <= last);
        at += range ? 2 : 0;
    }
    return found;
}

}  // namespace

bool alias_claims(std::string_view alias, std::string_view modalias) {
    // What followed the last '*' in pattern and text: the only place to go back to.
    std::string_view star;
    std::string_view behind_star;
    bool seen_star = false;
    while (!modalias.empty()) {
        std::size_t length = 0;
        if (!alias.empty() && alias.front() == '*') {
            seen_star = true;
            star = alias.substr(1);
            behind_star = modalias;
            alias = star;
        } else if (!alias.empty() && matches_one(alias, modalias.front(), length)) {
            alias.remove_prefix(length);
            modalias.remove_prefix(1);
        } else if (seen_star) {
            behind_star.remove_prefix(1);
            modalias = behind_star;
            alias = star;
        } else {
            return false;
        }
    }
    return alias.find_first_not_of('*') == std::string_view::npos;
}

}  // namespace onload_node
