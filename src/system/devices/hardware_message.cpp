// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/hardware_message.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace onload_node {

namespace {

/// A message that is written or read: what passes through it is the same for both.
class Message {
public:
    Message() = default;

    explicit Message(std::string_view bytes) : rest_(bytes), reading_(true) {}

    template <typename T>
    void pass(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        pass_bytes(&value, sizeof(value));
    }

    void pass(std::string& text) {
        pass_size(text);
        pass_bytes(text.data(), text.size());
    }

    void pass(std::vector<std::string>& list) {
        pass_each(list, [&](std::string& text) { pass(text); });
    }

    template <typename List, typename Each>
    void pass_each(List& list, const Each& each) {
        pass_size(list);
        std::ranges::for_each(list, each);
    }

    [[nodiscard]] std::string written() { return std::move(bytes_); }

private:
    void pass_bytes(void* at, std::size_t size) {
        if (!reading_) {
            bytes_.append(static_cast<const char*>(at), size);
            return;
        }
        const std::size_t present = std::min(size, rest_.size());
        std::memcpy(at, rest_.data(), present);
        rest_.remove_prefix(present);
    }

    template <typename List>
    void pass_size(List& list) {
        std::size_t size = list.size();
        pass(size);
        // What is longer than the rest is cut off.
        list.resize(reading_ ? std::min(size, rest_.size()) : size);
    }

    std::string bytes_;
    std::string_view rest_;
    bool reading_ = false;
};

void pass(Message& message, Interface& interface) {
    message.pass(interface.name);
    message.pass(interface.mac);
    message.pass(interface.permanent_mac);
    message.pass(interface.up);
    message.pass(interface.initialised);
    message.pass(interface.link_file);
    message.pass(interface.link_name);
    message.pass(interface.predictable);
}

void pass(Message& message, NetworkFunction& function) {
    message.pass(function.address);
    message.pass(function.vendor);
    message.pass(function.device);
    message.pass(function.subsystem_vendor);
    message.pass(function.subsystem_device);
    message.pass(function.driver);
    message.pass(function.driver_module);
    message.pass(function.driver_override);
    message.pass(function.id_path);
    message.pass(function.virtual_functions);
    message.pass(function.hung);
    message.pass_each(function.interfaces, [&](Interface& each) { pass(message, each); });
    message.pass(function.representors);
    message.pass(function.physical_function);
    message.pass(function.modalias);
}

void pass(Message& message, FunctionDetails& details) {
    message.pass(details.part);
    message.pass(details.serial);
    message.pass(details.numa_node);
    message.pass(details.port);
    message.pass(details.also);
    message.pass(details.firmware);
    message.pass(details.speed);
    message.pass(details.carrier);
}

void pass(Message& message, ToldHardware& told) {
    message.pass_each(told.found.functions, [&](NetworkFunction& each) { pass(message, each); });
    message.pass(told.found.interfaces);
    message.pass_each(told.found.alternative_names, [&](auto& pair) {
        message.pass(pair.first);
        message.pass(pair.second);
    });
    message.pass_each(told.links, [&](Link& link) {
        message.pass(link.name);
        message.pass(link.carrier);
        message.pass(link.addressed);
    });
    pass(message, told.details);
    message.pass_each(told.live_details, [&](FunctionDetails& each) { pass(message, each); });
}

/// In the order of their addresses; what was told before of the same one is replaced.
void put(std::vector<NetworkFunction>& functions, NetworkFunction function) {
    const auto at = std::ranges::find_if(functions, [&](const NetworkFunction& present) {
        return !(present.address < function.address);
    });
    if (at != functions.end() && at->address == function.address) {
        *at = std::move(function);
    } else {
        functions.insert(at, std::move(function));
    }
}

}  // namespace

std::string message_of(ToldHardware& told) {
    Message body;
    pass(body, told);
    std::string bytes = body.written();
    // Its length comes before it.
    Message whole;
    whole.pass(bytes);
    return whole.written();
}

ToldHardware read_hardware(std::string_view messages) {
    ToldHardware all;
    while (messages.size() > sizeof(std::size_t)) {
        std::size_t size = 0;
        std::memcpy(&size, messages.data(), sizeof(size));
        messages.remove_prefix(sizeof(size));
        if (size > messages.size()) {
            break;
        }
        Message message(messages.substr(0, size));
        messages.remove_prefix(size);
        ToldHardware told;
        pass(message, told);
        for (auto& function : told.found.functions) {
            put(all.found.functions, std::move(function));
        }
        told.found.functions = std::move(all.found.functions);
        all = std::move(told);
    }
    return all;
}

}  // namespace onload_node
