// SPDX-License-Identifier: BSD-2-Clause
// Compiles toml++ once. Other files see only its declarations, because the library is as large as
// all the code that uses it.
#define TOML_IMPLEMENTATION

#include "base/toml.hpp"
