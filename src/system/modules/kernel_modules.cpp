// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/kernel_modules.hpp"

#include "base/text.hpp"
#include "core/formats/module_image.hpp"
#include "core/model/paths.hpp"
#include "system/compression/decompress.hpp"
#include "system/deadline.hpp"
#include "system/files/digest.hpp"
#include "system/files/file_bytes.hpp"
#include "system/modules/module_calls.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <set>
#include <thread>
#include <utility>

namespace onload_node {

namespace {

namespace fs = std::filesystem;

constexpr Milliseconds first_pause(10);
constexpr Milliseconds longest_pause(200);

/// The first line of an attribute; empty when it does not exist.
std::string attribute(const std::string& path) {
    const auto text = read_text_file(path);
    return text ? text->substr(0, text->find('\n')) : std::string();
}

int number(const std::string& text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<ModuleName> holders(const std::string& directory) {
    std::set<ModuleName> names;
    std::error_code error;
    fs::directory_iterator entry(directory + "/holders", error);
    while (!error && entry != fs::directory_iterator()) {
        if (auto name = ModuleName::parse(entry->path().filename().string())) {
            names.insert(std::move(*name));
        }
        entry.increment(error);
    }
    return {names.begin(), names.end()};
}

std::string build_id(const std::string& directory) {
    const auto notes = read_file_bytes(directory + "/notes/.note.gnu.build-id");
    return notes ? build_id_from_notes(*notes) : std::string();
}

/// Explains an errno value of init_module(2) to an administrator.
std::string why_not_loaded(int number) {
    switch (number) {
    case ENOEXEC:
        return "it was not built for this kernel, or the file is damaged; the kernel log says more";
    case EINVAL:
        return "a parameter has a value that the module refuses, or the file is damaged; the "
               "kernel log says which";
    case ENOENT:
        return "it needs a symbol that neither the kernel nor a loaded module has; the kernel log "
               "names it";
    case EKEYREJECTED:
    case ENOKEY:
        return "the kernel takes signed modules only and does not trust the signature of this one; "
               "the kernel log says why";
    case EBADMSG:
        return "its signature is damaged";
    case EPERM:
    case EACCES:
        return "not allowed; root is needed, and lockdown, SELinux or kernel.modules_disabled may "
               "forbid it";
    case ENODEV:
        return "the driver found no device that it supports; the kernel log says more";
    case ENOSYS:
        return "this kernel takes no modules";
    default:
        return text_of_errno(number) + "; the kernel log says more";
    }
}

/// ErrorCode::hung if the module's own function, its init or its exit, did not return.
Result<int> returned(
    const ChildOutcome& outcome, const std::string& what, const char* function, Milliseconds limit
) {
    switch (outcome.end) {
    case ChildOutcome::End::returned:
        return outcome.value;
    case ChildOutcome::End::hung:
        return failure(
            ErrorCode::hung,
            compose(
                "{}: its {} has not ended within {} ms (limits.probe)",
                what,
                function,
                std::to_string(limit.count())
            )
        );
    case ChildOutcome::End::died:
        break;
    }
    return failure(
        ErrorCode::hung, compose("{}: it broke in its {}, see the kernel log", what, function)
    );
}

Result<void>
loading_result(const LoadModule& step, const ChildOutcome& outcome, Milliseconds limit) {
    const std::string what =
        compose("the kernel does not load {} from {}", step.name.str(), step.path);
    const int number = TRY(returned(outcome, what, "init", limit));
    if (number == 0) {
        return {};
    }
    if (number == EEXIST) {
        return failure(
            ErrorCode::exists,
            compose("a module named {} is in the kernel already", step.name.str())
        );
    }
    // ErrorCode::not_found would say that the file is missing.
    const ErrorCode code = number == ENOENT ? ErrorCode::mismatch : code_of_errno(number);
    return failure(code, compose("{}: {}", what, why_not_loaded(number)));
}

Result<void> same(
    const std::string& what,
    const std::string& is,
    const std::string& wanted,
    const std::string& path
) {
    if (is == wanted) {
        return {};
    }
    return failure(
        ErrorCode::mismatch,
        path + " is not the file that was verified: its " + what + " is " +
            (is.empty() ? "missing" : is) + ", verified was " + (wanted.empty() ? "none" : wanted) +
            "; nothing was loaded"
    );
}

/// The bytes to load, after a check that they are the verified ones.
Result<std::vector<std::byte>> verified_image(const LoadModule& step, TrustedOwner trusted) {
    auto bytes = TRY(read_staged_file(step.path, trusted));
    const auto digest = sha256_hex(bytes);
    if (!digest) {
        return failure(step.path, digest.error());
    }
    TRY(same("SHA-256", *digest, step.sha256, step.path));
    auto plain = decompress(std::move(bytes));
    if (!plain) {
        return failure(step.path, plain.error());
    }
    const auto image = read_module_image(*plain);
    if (!image) {
        return failure(step.path, image.error());
    }
    TRY(same("build-id", image->build_id, step.build_id, step.path));
    return plain;
}

bool is_busy(int number) {
    // EAGAIN, or EWOULDBLOCK: the module is in use. EBUSY: it is being loaded or unloaded.
    return number == EAGAIN || number == EBUSY;
}

}  // namespace

KernelModules::KernelModules(std::string root, ModuleCalls calls, TrustedOwner trusted)
    : directory_(std::move(root) + std::string(paths::sys_module))
    , calls_(std::move(calls))
    , trusted_(trusted) {}

std::optional<LoadedModule> KernelModules::loaded(const ModuleName& name) const {
    const std::string directory = compose("{}/{}", directory_, name.str());
    // A built-in module has a directory, too, but no state.
    const std::string state = attribute(directory + "/initstate");
    if (state.empty()) {
        return std::nullopt;
    }
    const bool out_of_tree = attribute(directory + "/taint").find('O') != std::string::npos;
    return LoadedModule{
        name,
        out_of_tree ? Origin::out_of_tree : Origin::in_tree,
        attribute(directory + "/version"),
        build_id(directory),
        holders(directory),
        number(attribute(directory + "/refcnt")),
        state == "live"};
}

Result<void> KernelModules::load(const LoadModule& step, Milliseconds limit) {
    const auto parameters = kernel_parameters(step.parameters);
    if (!parameters) {
        return failure("cannot load " + step.name.str(), parameters.error());
    }
    if (step.origin == Origin::out_of_tree) {
        return load_verified(step, *parameters, limit);
    }
    std::error_code error;
    if (!fs::exists(step.path, error)) {
        return failure(
            ErrorCode::not_found,
            compose("cannot load {}: there is no {}", step.name.str(), step.path)
        );
    }
    return loading_result(step, calls_.load_file(step.path, *parameters, limit), limit);
}

Result<void> KernelModules::load_verified(
    const LoadModule& step, const std::string& parameters, Milliseconds limit
) const {
    const auto image = verified_image(step, trusted_);
    if (!image) {
        return failure("cannot load " + step.name.str(), image.error());
    }
    return loading_result(step, calls_.load_image(*image, parameters, limit), limit);
}

Result<void>
KernelModules::unload(const ModuleName& name, Milliseconds limit, Milliseconds longest_removal) {
    const std::string what = "the kernel does not unload " + name.str();
    const Deadline deadline(limit);
    Milliseconds pause = first_pause;
    for (;;) {
        const auto outcome = calls_.remove(name.str(), longest_removal);
        const int number = TRY(returned(outcome, what, "exit", longest_removal));
        if (number == 0 || number == ENOENT) {
            return {};
        }
        if (!is_busy(number)) {
            return errno_failure(what, number);
        }
        if (deadline.passed()) {
            return failure(ErrorCode::busy, compose("{} is in use{}", name.str(), users(name)));
        }
        // The kernel sends no event when a use count falls or a load ends, so we have to ask again.
        std::this_thread::sleep_for(std::min(pause, deadline.remaining()));
        pause = std::min(pause * 2, longest_pause);
    }
}

/// " by onload, sfc_char (use count 3)".
std::string KernelModules::users(const ModuleName& name) const {
    const auto module = loaded(name);
    if (!module) {
        return {};
    }
    std::string text;
    for (const auto& holder : module->holders) {
        text += (text.empty() ? " by " : ", ") + holder.str();
    }
    if (module->holders.empty() && module->use_count > 0) {
        text += ", by no module: a program has one of its devices open, such as /dev/mtd*";
    }
    text += compose(" (use count {})", std::to_string(module->use_count));
    return module->live ? text : text + ", and it is still being loaded or unloaded";
}

}  // namespace onload_node
