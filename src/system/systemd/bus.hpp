// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"
#include "base/result.hpp"
#include "system/deadline.hpp"

#include <string>
#include <utility>

#include <systemd/sd-bus.h>

// For the adapter over sd-bus only: nothing else sees its types.
namespace onload_node {

using BusMessage = Handle<sd_bus_message, sd_bus_message_unref>;
using BusSlot = Handle<sd_bus_slot, sd_bus_slot_unref>;

/// A method of an object of PID 1.
struct BusMethod {
    const char* path;
    const char* interface;
    const char* name;
};

/// A connection to PID 1. Every call has its own limit: it fails if PID 1 does not answer in time.
class BusConnection final {
public:
    /// Uses PID 1's own socket, which answers root before the system bus is up; else the system
    /// bus.
    [[nodiscard]] static Result<BusConnection> open();

    /// Uses a socket that is already connected.
    [[nodiscard]] static Result<BusConnection> over(UniqueFd socket);

    [[nodiscard]] sd_bus* get() const { return bus_.get(); }

    /// False once the other side has hung up.
    [[nodiscard]] bool usable() const { return sd_bus_is_open(bus_.get()) > 0; }

    /// Calls a method with arguments as sd_bus_message_append(3) takes them, and returns the reply.
    /// `what` is for the error: "cannot mask chronyd.service".
    template <typename... Arguments>
    [[nodiscard]] Result<BusMessage> call(
        const std::string& what,
        const BusMethod& method,
        Milliseconds limit,
        const char* types,
        Arguments... arguments
    ) {
        auto message = new_call(what, method);
        if (!message) {
            return message;
        }
        if (const int result = sd_bus_message_append(message->get(), types, arguments...);
            result < 0) {
            return bus_failure(what, result);
        }
        return send(what, message->get(), limit);
    }

    /// Handles incoming messages until `done` is true or the deadline has passed.
    template <typename Condition>
    [[nodiscard]] Result<void> process_until(const Deadline& deadline, Condition done) {
        while (!done() && !deadline.passed()) {
            if (auto processed = process(deadline); !processed) {
                return processed;
            }
        }
        return {};
    }

    /// The error for a negative result of sd-bus.
    [[nodiscard]] static tl::unexpected<Error> bus_failure(const std::string& what, int result);

private:
    /// Leaves out the flush of sd_bus_flush_close_unref(3), which waits for ever when PID 1 does
    /// not read.
    static void close(sd_bus* bus);

    using Bus = Handle<sd_bus, close>;

    explicit BusConnection(Bus bus) : bus_(std::move(bus)) {}

    [[nodiscard]] static Result<BusConnection> open_private();
    [[nodiscard]] static Result<BusConnection> start(Bus bus);
    [[nodiscard]] Result<BusMessage> new_call(const std::string& what, const BusMethod& method);
    [[nodiscard]] Result<BusMessage>
    send(const std::string& what, sd_bus_message* message, Milliseconds limit);
    [[nodiscard]] Result<void> process(const Deadline& deadline);

    Bus bus_;
};

}  // namespace onload_node
