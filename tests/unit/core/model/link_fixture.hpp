// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

/// Fixture: interfaces as the kernel may show them.
namespace onload_node::fixture {

inline Link routed(Link link) {
    link.default_route = true;
    return link;
}

inline Link bare(Link link) {
    link.bare = true;
    return link;
}

}  // namespace onload_node::fixture
