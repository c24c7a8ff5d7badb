// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "base/result.hpp"
#include "core/model/config.hpp"

#include <string>

namespace onload_node {

/// The right to change this node. One process at a time holds it, until the object is destroyed or
/// the process ends.
class Lock final {
public:
    /// Waits for the lock, at most `limit`. ErrorCode::busy names the process that holds it.
    [[nodiscard]] static Result<Lock>
    acquire(const std::string& path, Milliseconds limit = std::chrono::seconds(30));

    Lock(Lock&&) noexcept = default;
    Lock& operator=(Lock&&) noexcept = default;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

private:
    explicit Lock(UniqueFd fd);

    UniqueFd fd_;
};

}  // namespace onload_node
