// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <string>

namespace onload_node {

/// Runs programs as child processes, each in its own process group. They end when we do.
class SystemPrograms final : public Programs {
public:
    [[nodiscard]] bool available(const std::string& name) const override;
    [[nodiscard]] Result<ProgramEnd>
    run(const std::vector<std::string>& words, Milliseconds limit) override;
    [[nodiscard]] Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& words, Milliseconds limit) override;
};

/// The directory of this program, with a '/' at the end; "" when the kernel does not tell.
[[nodiscard]] std::string own_directory();

}  // namespace onload_node
