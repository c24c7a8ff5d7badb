// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/kmod_trees.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"
#include "system/modules/kmod_context.hpp"
#include "system/modules/module_file.hpp"
#include "system/modules/symvers.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

/// "kernel/drivers/net/mdio.ko" is the module mdio.
std::optional<ModuleName> module_of_path(std::string_view path) {
    const auto file = path.substr(path.rfind('/') + 1);
    const auto name = ModuleName::parse(file.substr(0, file.find(".ko")));
    return name ? std::optional(*name) : std::nullopt;
}

class KmodModuleTree final : public ModuleTree {
public:
    KmodModuleTree(std::string directory, TrustedOwner trusted, Digests digests)
        : directory_(std::move(directory))
        , trusted_(trusted)
        , digests_(digests)
        , context_(open_kmod(directory_.c_str())) {}

    [[nodiscard]] const std::string& directory() const override { return directory_; }

    [[nodiscard]] bool present() const override {
        // depmod writes both. libkmod reads the binary one, so a tree without it is useless.
        std::error_code error;
        return fs::is_regular_file(directory_ + "/modules.dep", error) &&
               fs::is_regular_file(directory_ + "/modules.dep.bin", error);
    }

    [[nodiscard]] std::optional<std::string> find(const ModuleName& name) const override {
        kmod_module* found = nullptr;
        if (!context_ ||
            kmod_module_new_from_name(context_.get(), name.str().c_str(), &found) < 0) {
            return std::nullopt;
        }
        const KmodModule module(found);
        const char* const path = kmod_module_get_path(module.get());
        return path == nullptr ? std::nullopt : std::optional<std::string>(path);
    }

    /// Reads the text index: libkmod's own answer depends on its version and on the running kernel.
    [[nodiscard]] bool builtin(const ModuleName& name) const override {
        const auto text = read_text_file(directory_ + "/modules.builtin");
        std::string_view rest = text ? std::string_view(*text) : std::string_view();
        while (!rest.empty()) {
            if (module_of_path(take_until(rest, "\n")) == name) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] std::vector<ModuleName> claiming(const std::string& modalias) const override {
        kmod_list* found = nullptr;
        if (!context_ ||
            kmod_module_new_from_lookup(context_.get(), modalias.c_str(), &found) < 0) {
            return {};
        }
        const KmodList list(found);
        std::vector<ModuleName> claiming;
        const kmod_list* entry = nullptr;
        kmod_list_foreach(entry, list.get()) {
            const KmodModule module(kmod_module_get_module(entry));
            const auto name = ModuleName::parse(kmod_module_get_name(module.get()));
            if (name && !contains(claiming, *name)) {
                claiming.push_back(*name);
            }
        }
        return claiming;
    }

    [[nodiscard]] ModuleFile
    read(const ModuleName& name, const std::string& path, Origin origin) const override {
        return read_module_file(name, path, origin, trusted_, digests_);
    }

private:
    std::string directory_;
    TrustedOwner trusted_;
    Digests digests_;
    KmodContext context_;
};

}  // namespace

KmodModuleTrees::KmodModuleTrees(std::string root, TrustedOwner trusted, Digests digests)
    : root_(std::move(root)), trusted_(trusted), digests_(digests) {}

std::unique_ptr<ModuleTree>
KmodModuleTrees::open(const std::string& tree, const std::string& kernel) const {
    return std::make_unique<KmodModuleTree>(
        compose("{}{}{}/{}", root_, tree, paths::in_tree_modules, kernel), trusted_, digests_
    );
}

KernelSymbols
KmodModuleTrees::kernel_symbols(const std::string& kernel, const Symbols& wanted) const {
    return find_kernel_symbols(root_, kernel, wanted);
}

std::vector<std::string> KmodModuleTrees::kernels(const std::string& tree) const {
    std::set<std::string> kernels;
    std::error_code error;
    fs::directory_iterator entry(root_ + tree + std::string(paths::in_tree_modules), error);
    while (!error && entry != fs::directory_iterator()) {
        std::error_code unreadable;
        auto name = entry->path().filename().string();
        if (!name.starts_with('.') && entry->is_directory(unreadable)) {
            kernels.insert(std::move(name));
        }
        entry.increment(error);
    }
    return {kernels.begin(), kernels.end()};
}

DeploymentTrees::DeploymentTrees(
    const ModuleTrees& node, const std::optional<PendingKernel>& pending, TrustedOwner trusted
)
    : node_(&node)
    , kernel_(pending && !pending->root.empty() ? pending->release : "")
    , deployment_(pending ? pending->root : "", trusted) {}

std::unique_ptr<ModuleTree>
DeploymentTrees::open(const std::string& tree, const std::string& kernel) const {
    const bool deployed = tree.empty() && !kernel_.empty() && kernel == kernel_;
    return deployed ? deployment_.open(tree, kernel) : node_->open(tree, kernel);
}

KernelSymbols
DeploymentTrees::kernel_symbols(const std::string& kernel, const Symbols& wanted) const {
    const bool deployed = !kernel_.empty() && kernel == kernel_;
    return deployed ? deployment_.kernel_symbols(kernel, wanted)
                    : node_->kernel_symbols(kernel, wanted);
}

std::vector<std::string> DeploymentTrees::kernels(const std::string& tree) const {
    auto kernels = node_->kernels(tree);
    const bool known = contains(kernels, kernel_);
    if (tree.empty() && !kernel_.empty() && !known) {
        kernels.insert(std::ranges::lower_bound(kernels, kernel_), kernel_);
    }
    return kernels;
}

}  // namespace onload_node
