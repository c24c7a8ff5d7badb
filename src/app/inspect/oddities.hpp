// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <map>
#include <string>
#include <vector>

namespace onload_node {

/// What the commands of a bundle have written, by the name of its file, such as "kernel.txt". One
/// that is missing was not there to be asked.
using CollectedTexts = std::map<std::string, std::string>;

/// What deserves a look first, one line each; empty if nothing does. A pure function: it goes by
/// the texts alone, which may be cut off anywhere.
[[nodiscard]] std::vector<std::string> find_oddities(const CollectedTexts& texts);

/// The interfaces that `nics --json` names: no more than 64.
[[nodiscard]] std::vector<std::string> ports_of(const std::string& nics_json);

}  // namespace onload_node
