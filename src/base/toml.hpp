// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// toml++ without exceptions, which costs the binary less, and header-only, because RHCOS does not
// ship the library.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0

#include <toml++/toml.h>
