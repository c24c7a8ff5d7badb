// SPDX-License-Identifier: BSD-2-Clause
#include "system/systemd/bus.hpp"

#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <string_view>

namespace onload_node {

namespace {

constexpr const char* manager_name = "org.freedesktop.systemd1";

/// PID 1 accepts a connection at once, unless it is reloading, which took seconds on a busy node.
constexpr Milliseconds connect_limit = std::chrono::seconds(25);

class BusError final {
public:
    BusError() = default;

    ~BusError() { sd_bus_error_free(&error_); }

    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;

    sd_bus_error* get() { return &error_; }

    [[nodiscard]] std::string_view name() const {
        return error_.name == nullptr ? "" : error_.name;
    }

    [[nodiscard]] std::string message() const {
        return error_.message == nullptr ? "" : error_.message;
    }

private:
    sd_bus_error error_{nullptr, nullptr, 0};
};

ErrorCode code_of(std::string_view name, int result) {
    if (name.ends_with(".NoSuchUnit") || name.ends_with(".FileNotFound") ||
        name.ends_with(".NoSuchProcess") || name.ends_with(".UnknownObject")) {
        return ErrorCode::not_found;
    }
    if (name.ends_with(".AccessDenied") || name.ends_with(".InteractiveAuthorizationRequired")) {
        return ErrorCode::permission;
    }
    if (name.ends_with(".Timeout") || name.ends_with(".NoReply")) {
        return ErrorCode::timeout;
    }
    return code_of_errno(-result);
}

}  // namespace

/// A missing socket of PID 1 must not be taken for a missing unit.
tl::unexpected<Error> BusConnection::bus_failure(const std::string& what, int result) {
    auto error = errno_failure(what, -result).value();
    error.code = error.code == ErrorCode::not_found ? ErrorCode::io : error.code;
    return tl::unexpected(std::move(error));
}

Result<BusConnection> BusConnection::start(Bus bus) {
    if (const int result = sd_bus_start(bus.get()); result < 0) {
        return bus_failure("cannot connect to systemd", result);
    }
    BusConnection connection(std::move(bus));
    const Deadline deadline(connect_limit);
    const auto ready = [&] { return sd_bus_is_ready(connection.get()) != 0; };
    TRY(connection.process_until(deadline, ready));
    if (sd_bus_is_ready(connection.get()) <= 0) {
        return bus_failure("cannot connect to systemd", -ETIMEDOUT);
    }
    return connection;
}

void BusConnection::close(sd_bus* bus) {
    sd_bus_close(bus);
    sd_bus_unref(bus);
}

Result<BusConnection> BusConnection::open_private() {
    sd_bus* created = nullptr;
    int result = sd_bus_new(&created);
    Bus bus(created);
    if (result >= 0) {
        result = sd_bus_set_address(bus.get(), std::string(paths::systemd_private_socket).c_str());
    }
    if (result < 0) {
        return bus_failure("cannot connect to systemd", result);
    }
    return start(std::move(bus));
}

Result<BusConnection> BusConnection::open() {
    auto connection = open_private();
    if (connection) {
        return connection;
    }
    // Users other than root also get here: the system bus is enough to look at units.
    sd_bus* opened = nullptr;
    if (sd_bus_open_system(&opened) < 0) {
        return connection;
    }
    return BusConnection(Bus(opened));
}

Result<BusConnection> BusConnection::over(UniqueFd socket) {
    sd_bus* created = nullptr;
    int result = sd_bus_new(&created);
    Bus bus(created);
    if (result >= 0) {
        result = sd_bus_set_fd(bus.get(), socket.get(), socket.get());
    }
    if (result < 0) {
        return bus_failure("cannot use the connection to systemd", result);
    }
    // The bus now owns the socket and closes it.
    static_cast<void>(socket.release());
    return start(std::move(bus));
}

Result<BusMessage> BusConnection::new_call(const std::string& what, const BusMethod& method) {
    sd_bus_message* created = nullptr;
    const int result = sd_bus_message_new_method_call(
        bus_.get(), &created, manager_name, method.path, method.interface, method.name
    );
    if (result < 0) {
        return bus_failure(what, result);
    }
    return BusMessage(created);
}

Result<BusMessage>
BusConnection::send(const std::string& what, sd_bus_message* message, Milliseconds limit) {
    BusError error;
    sd_bus_message* reply = nullptr;
    const Deadline deadline(limit);
    const int result =
        sd_bus_call(bus_.get(), message, deadline.microseconds(), error.get(), &reply);
    if (result < 0) {
        const std::string why = error.message().empty() ? text_of_errno(-result) : error.message();
        return failure(code_of(error.name(), result), compose("{}: systemd says: {}", what, why));
    }
    return BusMessage(reply);
}

Result<void> BusConnection::process(const Deadline& deadline) {
    int result = sd_bus_process(bus_.get(), nullptr);
    if (result == 0) {
        result = sd_bus_wait(bus_.get(), deadline.microseconds());
    }
    if (result < 0 && result != -EINTR) {
        return bus_failure("the connection to systemd broke", result);
    }
    return {};
}

}  // namespace onload_node
