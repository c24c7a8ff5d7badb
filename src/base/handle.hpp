// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>

namespace onload_node {

/// Calls a C library's release function. It is empty, so a Handle is the size of a pointer.
template <auto Release>
struct Releaser {
    template <typename T>
    void operator()(T* object) const noexcept {
        static_cast<void>(Release(object));
    }
};

/// Owns an object of a C library: `Handle<kmod_ctx, kmod_unref>`.
template <typename T, auto Release>
using Handle = std::unique_ptr<T, Releaser<Release>>;

}  // namespace onload_node
