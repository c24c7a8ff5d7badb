// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/kmod_context.hpp"

#include <cstdarg>

namespace onload_node {

namespace {

/// Adapters do not log. libkmod's return values say what went wrong.
void discard(
    void* /*data*/,
    int /*priority*/,
    const char* /*file*/,
    int /*line*/,
    const char* /*function*/,
    const char* /*format*/,
    va_list /*arguments*/
) {}

}  // namespace

KmodContext open_kmod(const char* directory) {
    // An empty list: for null, libkmod would read /etc/modprobe.d.
    const char* const no_configuration[] = {nullptr};
    KmodContext context(kmod_new(directory, static_cast<const char* const*>(no_configuration)));
    if (context) {
        kmod_set_log_fn(context.get(), discard, nullptr);
    }
    return context;
}

}  // namespace onload_node
