// SPDX-License-Identifier: BSD-2-Clause
#include "core/reporting/changes.hpp"

#include "base/text.hpp"
#include "core/naming/port_names.hpp"

#include <algorithm>

namespace onload_node {

namespace {

constexpr std::string_view nothing = "none";

std::string_view word_of(Origin origin) {
    return origin == Origin::in_tree ? "in-tree" : "out-of-tree";
}

std::string with_origin(const std::string& version, Origin origin) {
    return version.empty() ? std::string(word_of(origin))
                           : compose("{} {}", version, word_of(origin));
}

/// Gathers the changes of one plan.
class Changes {
public:
    explicit Changes(const Observed& observed) : observed_(observed) {}

    void add(const Step& step) {
        if (const auto* const load = std::get_if<LoadModule>(&step)) {
            put({compose("module {}", load->name.str()), loaded(load->name), version_of(*load)});
        } else if (const auto* const unload = std::get_if<UnloadModule>(&step)) {
            put(
                {compose("module {}", unload->name.str()),
                 loaded(unload->name),
                 std::string(nothing)}
            );
        } else if (const auto* const link = std::get_if<WriteLinkFile>(&step)) {
            add_name(*link);
        } else if (const auto* const start = std::get_if<StartUnit>(&step)) {
            put({"clock", keeper(), start->id});
        }
    }

    /// Without those that leave everything as it is.
    [[nodiscard]] std::vector<Change> take() {
        std::erase_if(changes_, [](const Change& change) { return change.before == change.after; });
        return std::move(changes_);
    }

private:
    /// A later change of the same thing is what counts: a module is unloaded to load another one.
    void put(Change change) {
        const auto same = std::ranges::find(changes_, change.what, &Change::what);
        if (same == changes_.end()) {
            changes_.push_back(std::move(change));
        } else {
            same->after = std::move(change.after);
        }
    }

    [[nodiscard]] std::string loaded(const ModuleName& name) const {
        const auto found = observed_.loaded.find(name);
        return found == observed_.loaded.end()
                   ? std::string(nothing)
                   : with_origin(found->second.version, found->second.origin);
    }

    [[nodiscard]] std::string version_of(const LoadModule& step) const {
        const auto& files =
            step.origin == Origin::in_tree ? observed_.in_tree : observed_.staged.modules;
        const auto file = files.find(step.name);
        return with_origin(file == files.end() ? "" : file->second.version, step.origin);
    }

    void add_name(const WriteLinkFile& step) {
        const auto port =
            std::ranges::find_if(observed_.functions, [&](const NetworkFunction& function) {
                return step.path.find(function.address.to_string()) != std::string::npos;
            });
        if (port != observed_.functions.end()) {
            const auto& interfaces = port->interfaces;
            put(
                {compose("port {}", port->address.to_string()),
                 interfaces.empty() ? std::string(nothing) : interfaces.front().name,
                 name_in_link_file(step.content)}
            );
        }
    }

    [[nodiscard]] std::string keeper() const {
        for (const auto& [name, unit] : observed_.units) {
            if (unit.active_state == "active") {
                return unit.id;
            }
        }
        return std::string(nothing);
    }

    const Observed& observed_;
    std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> changes_of(const Plan& plan, const Observed& observed) {
    Changes changes(observed);
    for (const auto& phase : plan.phases) {
        for (const auto& planned : phase.steps) {
            changes.add(planned.step);
        }
    }
    return changes.take();
}

}  // namespace onload_node
