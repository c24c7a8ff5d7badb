// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/module_calls.hpp"

#include "system/modules/kmod_context.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace onload_node {

namespace {

/// From memory: the bytes are those that were verified, and SELinux lets a service load memory
/// where it would not let it load a file from /opt.
ChildOutcome
load_image(std::span<const std::byte> image, const std::string& parameters, Milliseconds limit) {
    const auto load = [&] {
        const long result =
            ::syscall(SYS_init_module, image.data(), image.size(), parameters.c_str());
        return result == 0 ? 0 : errno;
    };
    return run_in_children({load}, limit).front();
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
    const auto load = [&] {
        return -kmod_module_insert_module(module.get(), 0, parameters.c_str());
    };
    return run_in_children({load}, limit).front();
}

int remove(const std::string& name) {
    const long result = ::syscall(SYS_delete_module, name.c_str(), O_NONBLOCK);
    return result == 0 ? 0 : errno;
}

}  // namespace

ModuleCalls kernel_module_calls() {
    return {load_image, load_file, remove};
}

}  // namespace onload_node
