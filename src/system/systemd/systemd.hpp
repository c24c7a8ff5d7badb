// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "core/access/node_access.hpp"

#include <memory>
#include <string>
#include <vector>

namespace onload_node {

class BusConnection;

/// When a unit began to start and when it had, on CLOCK_MONOTONIC, the last time that it did.
struct UnitTimes {
    std::string id;
    std::string load_state;          ///< "not-found": there is no such unit
    Milliseconds begun{};            ///< 0: never in this boot
    Milliseconds active{};           ///< 0: it never became active, or only starts
    Milliseconds inactive{};         ///< when it ended or failed; 0: not since it began, or never
    std::vector<std::string> after;  ///< what it is ordered after
};

/// The units of PID 1, over D-Bus. It connects when first needed, and again after PID 1 has dropped
/// the connection.
class SystemdUnits final : public Units {
public:
    SystemdUnits();

    /// Uses a socket that is already connected.
    explicit SystemdUnits(UniqueFd socket);

    ~SystemdUnits() override;
    SystemdUnits(const SystemdUnits&) = delete;
    SystemdUnits& operator=(const SystemdUnits&) = delete;

    [[nodiscard]] Result<UnitState> state(const std::string& name) override;

    [[nodiscard]] Result<void> mask(const std::string& id) override;

    [[nodiscard]] Result<void> unmask(const std::string& id) override;

    [[nodiscard]] Result<void> stop(const std::string& id, Milliseconds limit) override;

    [[nodiscard]] Result<void> start(const std::string& id) override;

    [[nodiscard]] Result<void> restart(const std::string& id) override;

    [[nodiscard]] Result<void>
    remove_at_shutdown(const std::string& unit, const std::string& path) override;

    [[nodiscard]] Result<void>
    set_description(const std::string& unit, const std::string& text) override;

    [[nodiscard]] Result<void> reload_udev() override;

    /// Any user may ask this.
    [[nodiscard]] Result<UnitTimes> times(const std::string& name);

private:
    [[nodiscard]] Result<BusConnection*> connection();

    /// Calls a method of the manager. Its reply only tells that it worked.
    template <typename... Arguments>
    [[nodiscard]] Result<void> order(
        const std::string& what,
        const char* method,
        Milliseconds limit,
        const char* types,
        Arguments... arguments
    );

    const bool given_ = false;  ///< true if the socket was given: no other connection is made
    UniqueFd socket_;           ///< the given socket, until it is used
    std::unique_ptr<BusConnection> connection_;
};

}  // namespace onload_node
