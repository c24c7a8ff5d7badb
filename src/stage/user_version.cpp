// SPDX-License-Identifier: BSD-2-Clause
#include "stage/user_version.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"

#include <set>
#include <utility>

namespace onload_node {

namespace {

constexpr std::string_view libraries[] = {
    "usr/lib64/libonload.so", "usr/lib/libonload.so", "lib64/libonload.so", "lib/libonload.so"};

class VersionMatch {
public:
    VersionMatch(const Extracted& extracted, const StagingOrder& order, const StagingAccess& access)
        : extracted_(extracted), order_(order), access_(access) {}

    [[nodiscard]] Result<std::string> run() const {
        const auto in_library = library_versions();
        std::string common;
        for (const auto& [kernel, tree] : extracted_.trees) {
            const auto version = onload_version(work_tree(order_.tree), kernel);
            if (version.empty() || in_library.empty()) {
                access_.say(compose(
                    "kernel {}: that user libraries and module are of one version is not known: "
                    "the {} does not tell",
                    kernel,
                    version.empty() ? "module" : "library"
                ));
                continue;
            }
            if (!in_library.contains(version)) {
                return failure(
                    ErrorCode::mismatch,
                    compose(
                        "{} has user libraries of version {} and the onload module of version {} "
                        "for kernel {}; they have to be of one build",
                        order_.source,
                        joined(in_library, ", "),
                        version,
                        kernel
                    )
                );
            }
            common = version;
        }
        return common.empty() ? version_beside_what_is_staged(in_library) : common;
    }

private:
    /// The version of the onload module staged below `top`; empty if there is none.
    [[nodiscard]] std::string
    onload_version(const std::string& top, const std::string& kernel) const {
        const auto tree = access_.trees.open(top, kernel);
        const auto name = ModuleName::parse(onload::module);
        const auto path = name ? tree->find(*name) : std::nullopt;
        return path ? tree->read(*name, *path, Origin::in_tree).version : std::string();
    }

    [[nodiscard]] std::set<std::string> library_versions() const {
        for (const auto library : libraries) {
            auto stream = access_.user.open(compose("{}/{}", user_in_area, library));
            auto versions = stream ? versions_in(**stream) : tl::unexpected(stream.error());
            if (versions && !versions->empty()) {
                return std::move(*versions);
            }
        }
        return {};
    }

    /// The modules may come from another source, before these libraries or after them. Until both
    /// are there, Onload is not offered to containers.
    [[nodiscard]] std::string version_beside_what_is_staged(const std::set<std::string>& in_library
    ) const {
        for (const auto& kernel : order_.needed) {
            auto version = onload_version(order_.tree, kernel);
            if (in_library.contains(version)) {
                return version;
            }
            if (!version.empty() && !in_library.empty()) {
                access_.say(compose(
                    "kernel {}: the onload module staged before is of version {}, these user "
                    "libraries of {}: they work with a module of their own version only",
                    kernel,
                    version,
                    joined(in_library, ", ")
                ));
            }
        }
        return in_library.size() == 1 ? *in_library.begin() : std::string();
    }

    const Extracted& extracted_;
    const StagingOrder& order_;
    const StagingAccess& access_;
};

}  // namespace

Result<std::string> version_of_user_libraries(
    const Extracted& extracted, const StagingOrder& order, const StagingAccess& access
) {
    return VersionMatch(extracted, order, access).run();
}

}  // namespace onload_node
