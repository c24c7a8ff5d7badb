// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/module_calls.hpp"

#include "base/text.hpp"
#include "system/modules/kmod_context.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// Loads from memory: these are the bytes that were verified, and SELinux lets a service load
/// memory where it would not let it load a file from /opt.
ChildOutcome
load_image(std::span<const std::byte> image, const std::string& parameters, Milliseconds limit) {
    const auto load = [&](int) {
        const long result =
            ::syscall(SYS_init_module, image.data(), image.size(), parameters.c_str());
        return result == 0 ? 0 : errno;
    };
    return run_in_child(load, limit);
}

ChildOutcome load_file(const std::string& path, const std::string& parameters, Milliseconds limit) {
    const KmodContext context = open_kmod(nullptr);
    if (!context) {
        return {ChildOutcome::End::returned, ENOMEM};
    }
    kmod_module* opened = nullptr;
    if (const int result = kmod_module_new_from_path(context.get(), path.c_str(), &opened);
        result < 0) {
        return {ChildOutcome::End::returned, -result};
    }
    const KmodModule module(opened);
    const auto load = [&](int) {
        return -kmod_module_insert_module(module.get(), 0, parameters.c_str());
    };
    return run_in_child(load, limit);
}

ChildOutcome remove(const std::string& name, Milliseconds limit) {
    const auto unload = [&](int) {
        const long result = ::syscall(SYS_delete_module, name.c_str(), O_NONBLOCK);
        return result == 0 ? 0 : errno;
    };
    return run_in_child(unload, limit);
}

}  // namespace

ModuleCalls kernel_module_calls() {
    return {load_image, load_file, remove};
}

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

/// The kernel has no escape for a quote, and a zero byte ends the string.
bool can_be_written(std::string_view name, std::string_view value) {
    using namespace std::string_view_literals;
    return !name.empty() && name.find_first_of(" \t\n\v\f\r=\"\0"sv) == std::string_view::npos &&
           value.find_first_of("\"\0"sv) == std::string_view::npos;
}

}  // namespace

Result<std::string> kernel_parameters(const ModuleParameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!can_be_written(name, value)) {
            return failure(
                ErrorCode::config,
                compose(
                    "the kernel cannot be given the module parameter {}={}: names take no blanks, "
                    "values no double quotes",
                    name,
                    value
                )
            );
        }
        const bool quote = value.find_first_of(blanks) != std::string::npos;
        append(text, " ", compose("{}={}{}{}", name, quote ? "\"" : "", value, quote ? "\"" : ""));
    }
    return text;
}

}  // namespace onload_node
