// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/formats/elf_sections.hpp"
#include "core/formats/module_image.hpp"

namespace onload_node {

/// Fills in the symbols that a module needs (the undefined ones, with their CRCs from `__versions`)
/// and those it exports. Leaves out damaged ones.
void read_symbols(const elf::Sections& sections, ModuleImage& image);

}  // namespace onload_node
