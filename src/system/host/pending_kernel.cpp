// SPDX-License-Identifier: BSD-2-Clause
#include "system/host/pending_kernel.hpp"

#include "base/text.hpp"
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

/// How many entries of one directory are read at most; a boot loader has a handful.
constexpr std::size_t most_entries = 1000;

/// The names in a directory, sorted; none when it does not exist.
Result<std::vector<std::string>> names_in(const std::string& directory) {
    std::vector<std::string> found;
    std::error_code error;
    fs::directory_iterator entry(directory, error);
    while (!error && entry != fs::directory_iterator() && found.size() < most_entries) {
        found.push_back(entry->path().filename().string());
        entry.increment(error);
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        return failure(ErrorCode::io, compose("cannot list {}: {}", directory, error.message()));
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// The kernels of a deployment by ostree's own rule: folders, and no links to any, that have a
/// regular file `vmlinuz` (ostreedev/ostree, src/libostree/ostree-sysroot-deploy.c,
/// get_kernel_from_tree_usrlib_modules). ostree takes the first that it comes to, in no order.
Result<std::vector<std::string>> kernels_in(const std::string& directory) {
    auto names = TRY(names_in(directory));
    std::erase_if(names, [&](const std::string& name) {
        const std::string folder = compose("{}/{}", directory, name);
        std::error_code error;
        return !is_kernel_release(name) || fs::is_symlink(folder, error) ||
               !fs::is_regular_file(folder + "/vmlinuz", error);
    });
    return names;
}

bool is_directory(const std::string& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

/// The paths of the deployments with these names, whatever their operating system is called.
std::vector<std::string>
deployments_that_exist(const std::string& root, const std::vector<std::string>& deployments) {
    std::vector<std::string> found;
    const std::string all = root + std::string(paths::ostree_deployments);
    const auto systems = names_in(all);
    for (const auto& system : systems ? *systems : std::vector<std::string>()) {
        for (const auto& name : deployments) {
            std::error_code error;
            auto path = fs::canonical(compose("{}/{}/deploy/{}", all, system, name), error);
            if (!error) {
                found.push_back(path.string());
            }
        }
    }
    return found;
}

/// The text of a file; empty when the file does not exist.
Result<std::string> text_if_there(const std::string& path) {
    auto text = read_text_file(path);
    if (!text && text.error().code == ErrorCode::not_found) {
        return std::string();
    }
    return text;
}

Result<std::string> saved_choice(const std::string& root) {
    for (const auto file : paths::boot_environments) {
        const auto text = text_if_there(root + std::string(file));
        if (!text) {
            return failure("cannot learn what the boot loader is to start", text.error());
        }
        if (auto saved = saved_entry(*text); !saved.empty()) {
            return saved;
        }
    }
    return std::string();
}

}  // namespace

SystemBootLoader::SystemBootLoader(std::string root) : root_(std::move(root)) {}

Result<std::optional<PendingKernel>> SystemBootLoader::pending() const {
    const auto found = TRY(entries());
    if (auto staged = of_staged(found); !staged || *staged) {
        return staged;
    }
    if (found.empty()) {
        return of_link();
    }
    const auto saved = TRY(saved_choice(root_));
    return of_entry(*default_entry(found, saved));
}

Result<std::vector<BootEntry>> SystemBootLoader::entries() const {
    const std::string directory = root_ + std::string(paths::boot_entries);
    const auto files = TRY(names_in(directory));
    std::vector<BootEntry> found;
    for (const auto& file : files) {
        if (!file.ends_with(".conf")) {
            continue;
        }
        const auto text = read_text_file(compose("{}/{}", directory, file));
        if (!text) {
            return failure("cannot learn what the boot loader is to start", text.error());
        }
        found.push_back(parse_boot_entry(file, *text));
    }
    return found;
}

SystemBootLoader::Pending SystemBootLoader::of_entry(const BootEntry& entry) const {
    PendingKernel found{release_of_image(entry.kernel), "", "boot loader entry " + entry.file};
    if (found.release.empty()) {
        return failure(
            ErrorCode::mismatch,
            compose(
                "the next boot runs what {} says, and that names no kernel by its release: "
                "linux \"{}\"",
                found.told_by,
                entry.kernel
            )
        );
    }
    if (argument_value(entry.options, "ostree").empty()) {
        return checked(std::move(found));
    }
    auto deployment = TRY(deployment_of(entry));
    found.root = std::move(deployment);
    return checked(std::move(found));
}

Result<std::string> SystemBootLoader::deployment_of(const BootEntry& entry) const {
    const std::string link = argument_value(entry.options, "ostree");
    std::error_code error;
    const auto deployments = fs::canonical(root_ + std::string(paths::ostree_deployments), error);
    const auto target = error ? fs::path() : fs::canonical(compose("{}/{}", root_, link), error);
    if (error) {
        return failure(
            ErrorCode::not_found,
            compose(
                "boot loader entry {} boots the ostree deployment {}, which cannot be found: {}",
                entry.file,
                link,
                error.message()
            )
        );
    }
    if (!target.string().starts_with(deployments.string() + "/")) {
        return failure(
            ErrorCode::mismatch,
            compose(
                "boot loader entry {} boots {}, which leads to {} and to no ostree deployment",
                entry.file,
                link,
                target.string()
            )
        );
    }
    return target.string();
}

SystemBootLoader::Pending SystemBootLoader::of_staged(const std::vector<BootEntry>& entries) const {
    const auto note = text_if_there(root_ + std::string(paths::staged_deployment));
    if (!note) {
        return failure("cannot learn what ostree has staged", note.error());
    }
    if (note->empty()) {
        return std::nullopt;
    }
    auto staged = deployments_that_exist(root_, deployments_named_in(*note));
    // The note also names the deployment to merge with, which may have a boot entry already.
    for (const auto& entry : entries) {
        const auto booted = deployment_of(entry);
        std::erase(staged, booted ? *booted : "");
    }
    if (staged.size() == 1) {
        return of_deployment(staged.front());
    }
    return failure(
        ErrorCode::mismatch,
        compose(
            "ostree has staged a deployment for the next boot, and {}{}",
            paths::staged_deployment,
            staged.empty() ? " names none that is there" : " does not tell which"
        )
    );
}

SystemBootLoader::Pending SystemBootLoader::of_deployment(const std::string& deployment) const {
    PendingKernel found{"", deployment, "the deployment that ostree has staged"};
    const std::string directory = deployment + std::string(paths::in_tree_modules);
    const auto kernels = kernels_in(directory);
    if (!kernels || kernels->size() != 1) {
        return failure(
            ErrorCode::mismatch,
            compose(
                "the next boot runs {}, and {}{}",
                found.told_by,
                directory,
                !kernels           ? " cannot be listed"
                : kernels->empty() ? " has no kernel (KERNEL/vmlinuz)"
                                   : " has more than one kernel: " + joined(*kernels, ", ")
            )
        );
    }
    found.release = kernels->front();
    return checked(std::move(found));
}

SystemBootLoader::Pending SystemBootLoader::of_link() const {
    for (const auto link : paths::kernel_links) {
        std::error_code error;
        const auto target = fs::read_symlink(root_ + std::string(link), error);
        const auto release = error ? std::string() : release_of_image(target.string());
        if (!release.empty()) {
            return checked({release, "", compose("the link {}", link)});
        }
    }
    return std::nullopt;
}

SystemBootLoader::Pending SystemBootLoader::checked(PendingKernel found) const {
    const std::string directory = compose(
        "{}{}/{}", found.root.empty() ? root_ : found.root, paths::in_tree_modules, found.release
    );
    if (!is_directory(directory)) {
        return failure(
            ErrorCode::not_found,
            compose(
                "the next boot runs kernel {} ({}), whose modules are not there: {}",
                found.release,
                found.told_by,
                directory
            )
        );
    }
    return found;
}

}  // namespace onload_node
