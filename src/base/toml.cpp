// SPDX-License-Identifier: BSD-2-Clause
// toml++ itself, which every other file only sees declared: it is as large as everything that we
// read with it.
#define TOML_IMPLEMENTATION

#include "base/toml.hpp"
