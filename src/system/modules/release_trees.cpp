// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/release_trees.hpp"

#include "base/text.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"
#include "system/modules/symvers.hpp"

#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> symvers_names = {
    "symvers.gz", "symvers.xz", "symvers", "Module.symvers"};
constexpr std::array<std::string_view, 2> config_names = {"config", ".config"};

bool is_file(const std::string& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

/// The first of these files in a folder; "" if it has none.
template <typename Names>
std::string first_file(const std::string& folder, const Names& names) {
    for (const auto& name : names) {
        if (auto path = compose("{}/{}", folder, name); is_file(path)) {
            return path;
        }
    }
    return {};
}

/// Keeps what is known already: the folder of the modules comes before that of the headers.
void set_if_empty(std::string& path, std::string found) {
    if (path.empty()) {
        path = std::move(found);
    }
}

bool has_index(const std::string& folder) {
    return is_file(folder + "/modules.dep") && is_file(folder + "/modules.dep.bin");
}

/// The kernels below a folder that has one folder for each.
void add_kernels(
    std::map<std::string, KernelFolder>& kernels,
    const std::string& root,
    std::string_view folder,
    bool modules
) {
    std::error_code error;
    const auto top = compose("{}{}", root, folder);
    for (fs::directory_iterator entry(top, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const auto name = entry->path().filename().string();
        const auto path = compose("{}/{}", top, name);
        std::error_code unreadable;
        if (!is_kernel_release(name) || !entry->is_directory(unreadable)) {
            continue;
        }
        KernelFolder found = {name, {}, first_file(path, symvers_names), {}};
        found.config = first_file(path, config_names);
        const bool index = modules && has_index(path);
        if (!index && found.symvers.empty() && found.config.empty()) {
            continue;
        }
        auto& kernel = kernels.try_emplace(name, KernelFolder{name, {}, {}, {}}).first->second;
        set_if_empty(kernel.modules_root, index ? root : std::string());
        set_if_empty(kernel.symvers, std::move(found.symvers));
        set_if_empty(kernel.config, std::move(found.config));
    }
}

/// The name of the kernel whose own folder this is.
std::string name_of(const std::string& folder, const std::string& wanted) {
    auto told = first_line(read_text_file(folder + "/include/config/kernel.release").value_or(""));
    if (is_kernel_release(told)) {
        return told;
    }
    std::error_code error;
    const auto real = fs::canonical(folder, error).filename().string();
    const bool numbered = !real.empty() && std::isdigit(static_cast<unsigned char>(real[0])) != 0;
    return numbered && is_kernel_release(real) ? real : wanted;
}

/// The folder of one kernel, whose modules libkmod finds only where it is below lib/modules.
std::optional<KernelFolder> own_folder(const std::string& folder, const std::string& wanted) {
    KernelFolder kernel = {{}, {}, first_file(folder, symvers_names), {}};
    const bool index = has_index(folder);
    if (kernel.symvers.empty() && !index) {
        return std::nullopt;
    }
    kernel.name = name_of(folder, wanted);
    kernel.config = first_file(folder, config_names);
    const auto below = compose("{}/{}", paths::in_tree_modules, kernel.name);
    if (index && folder.ends_with(below)) {
        kernel.modules_root = folder.substr(0, folder.size() - below.size());
    }
    return kernel;
}

/// The modules of a kernel that symvers names: they export what others need. Which modules there
/// are besides those, it does not say; nothing that is loaded needs them.
class ExportersTree final : public ModuleTree {
public:
    explicit ExportersTree(std::string symvers)
        : symvers_(std::move(symvers)), exporters_(exporters_in(symvers_)) {}

    [[nodiscard]] const std::string& directory() const override { return symvers_; }

    [[nodiscard]] bool present() const override { return !exporters_.empty(); }

    [[nodiscard]] std::optional<std::string> find(const ModuleName& name) const override {
        return exporters_.contains(name.str()) ? std::optional(symvers_) : std::nullopt;
    }

    [[nodiscard]] bool builtin(const ModuleName& /*name*/) const override { return false; }

    [[nodiscard]] std::vector<ModuleName> claiming(const std::string& /*modalias*/) const override {
        return {};
    }

    [[nodiscard]] ModuleFile
    read(const ModuleName& name, const std::string& path, Origin origin) const override {
        return {
            .name = name,
            .origin = origin,
            .path = path,
            .sha256 = {},
            .build_id = {},
            .version = {},
            .vermagic = {},
            .depends = {},
            .parameters = {},
            .problem = {}};
    }

private:
    std::string symvers_;
    std::set<std::string> exporters_;
};

}  // namespace

std::vector<KernelFolder> find_kernels(const std::string& folder, const std::string& wanted) {
    if (auto own = own_folder(folder, wanted)) {
        return own->name.empty() ? std::vector<KernelFolder>() : std::vector{std::move(*own)};
    }
    std::map<std::string, KernelFolder> kernels;
    add_kernels(kernels, folder + "/usr", paths::in_tree_modules, true);
    add_kernels(kernels, folder, paths::in_tree_modules, true);
    add_kernels(kernels, folder, "/usr/src/kernels", false);
    std::vector<KernelFolder> found;
    for (auto& [name, kernel] : kernels) {
        const auto boot = compose("{}/boot", folder);
        const std::array names = {compose("symvers-{}.gz", name), compose("symvers-{}.xz", name)};
        set_if_empty(kernel.symvers, first_file(boot, names));
        set_if_empty(kernel.config, first_file(boot, std::array{compose("config-{}", name)}));
        found.push_back(std::move(kernel));
    }
    return found;
}

ReleaseTrees::ReleaseTrees(const ModuleTrees& staged, KernelFolder kernel)
    : staged_(&staged), kernel_(std::move(kernel)), own_(kernel_.modules_root) {}

std::unique_ptr<ModuleTree>
ReleaseTrees::open(const std::string& tree, const std::string& kernel) const {
    if (!tree.empty() || kernel != kernel_.name) {
        return staged_->open(tree, kernel);
    }
    if (!kernel_.modules_root.empty()) {
        return own_.open("", kernel);
    }
    return std::make_unique<ExportersTree>(kernel_.symvers);
}

KernelSymbols ReleaseTrees::kernel_symbols(const std::string& kernel, const Symbols& wanted) const {
    if (kernel != kernel_.name || kernel_.symvers.empty()) {
        return {};
    }
    return read_symvers(kernel_.symvers, wanted);
}

std::vector<std::string> ReleaseTrees::kernels(const std::string& tree) const {
    return tree.empty() ? std::vector{kernel_.name} : staged_->kernels(tree);
}

}  // namespace onload_node
