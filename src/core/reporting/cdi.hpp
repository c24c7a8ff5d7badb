// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/observed.hpp"

#include <string>

namespace onload_node {

/// What containers are offered, or why they are offered nothing.
struct CdiOffer {
    std::string spec;       ///< empty if there is nothing to offer
    std::string problem;    ///< why not; empty if there is
    bool withheld = false;  ///< the libraries are there and cannot be offered: somebody has to act
};

/// Onload's spec for the Container Device Interface (CDI 0.5, JSON, kind "amd.com/onload"). Its
/// devices are `onload` (device nodes and libraries), `preload` (adds LD_PRELOAD) and, if the node
/// has it, `command` (adds /usr/bin/onload). The libraries are named by their own folder, so that a
/// container keeps those that it was started with. Nothing is offered while Onload is not loaded
/// out of tree, its device is missing, or there are no libraries that it works with and that
/// containers may use.
[[nodiscard]] CdiOffer cdi_offer(const Observed& observed);

}  // namespace onload_node
