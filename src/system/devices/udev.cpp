// SPDX-License-Identifier: BSD-2-Clause
#include "system/devices/udev.hpp"

#include "base/text.hpp"
#include "system/deadline.hpp"
#include "system/devices/udev_objects.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <random>
#include <set>
#include <utility>

#include <poll.h>

namespace onload_node {

namespace {

/// When only a name is still wrong: how long we wait for another event after the last one of these
/// ports. Somebody else may have triggered udev as well (coldplug does).
constexpr Milliseconds name_grace(250);

/// Room for the events of a coldplug; a full buffer loses events.
constexpr int receive_buffer = 8 * 1024 * 1024;

/// How many events are taken before the deadline is checked again.
constexpr int largest_batch = 1024;

/// The state of one port.
struct PortView {
    PortOutcome outcome;
    bool ready = false;     ///< as expected
    bool misnamed = false;  ///< all is there and udev is done, but the name is a different one
};

PortView
look(udev* context, const std::vector<UdevDevice>& interfaces, const PortExpectation& port) {
    PortView view;
    view.outcome.address = port.address;
    if (const auto function = find_function(context, port.address)) {
        view.outcome.driver = driver_of(function.get());
    }
    bool unfinished = false;
    for (const auto& interface : interfaces) {
        if (function_of(interface.get()) != port.address.to_string()) {
            continue;
        }
        if (is_initialised(interface.get())) {
            view.outcome.interfaces.push_back(name_of(interface.get()));
        } else {
            unfinished = true;
        }
    }
    const bool present = !view.outcome.driver.empty() && !view.outcome.interfaces.empty();
    const bool named = port.name.empty() || contains(view.outcome.interfaces, port.name);
    view.ready = present && named;
    view.misnamed = present && !named && !unfinished;
    return view;
}

Result<std::vector<PortView>>
look_at_all(udev* context, const std::vector<PortExpectation>& ports) {
    const auto interfaces = TRY(enumerate(context, {"net", "", ""}));
    std::vector<PortView> views;
    views.reserve(ports.size());
    for (const auto& port : ports) {
        views.push_back(look(context, interfaces, port));
    }
    return views;
}

std::set<std::string> addresses_of(const std::vector<PortExpectation>& ports) {
    std::set<std::string> addresses;
    for (const auto& port : ports) {
        addresses.insert(port.address.to_string());
    }
    return addresses;
}

std::vector<PortOutcome> outcomes(std::vector<PortView> views) {
    std::vector<PortOutcome> outcomes;
    outcomes.reserve(views.size());
    for (auto& view : views) {
        outcomes.push_back(std::move(view.outcome));
    }
    return outcomes;
}

bool all_ready(const std::vector<PortView>& views) {
    return std::ranges::all_of(views, [](const auto& v) { return v.ready; });
}

/// True when waiting can change nothing but names.
bool only_names_missing(const std::vector<PortView>& views) {
    return std::ranges::all_of(views, [](const auto& v) { return v.ready || v.misnamed; });
}

std::string random_uuid() {
    constexpr std::string_view alphabet = "0123456789abcdef";
    std::random_device random;
    std::string text = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    for (char& c : text) {
        c = c == 'x' ? alphabet[random() % alphabet.size()] : c;
    }
    return text;
}

}  // namespace

/// A subscription to the events that udevd sends when it has handled a network device.
class UdevDevices::Subscription final {
public:
    static Result<std::unique_ptr<Subscription>> open() {
        auto context = TRY(open_udev());
        UdevMonitor monitor(udev_monitor_new_from_netlink(context.get(), "udev"));
        if (!monitor) {
            return errno_failure("cannot subscribe to the events of udev", errno);
        }
        // Without the right to a large buffer, the default one has to do.
        static_cast<void>(udev_monitor_set_receive_buffer_size(monitor.get(), receive_buffer));
        int result = udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), "net", nullptr);
        if (result >= 0) {
            result = udev_monitor_enable_receiving(monitor.get());
        }
        if (result < 0) {
            return errno_failure("cannot subscribe to the events of udev", -result);
        }
        return std::unique_ptr<Subscription>(
            new Subscription(std::move(context), std::move(monitor))
        );
    }

    [[nodiscard]] udev* context() const { return context_.get(); }

    /// Notes that an "add" with this mark is on its way.
    void expect(const std::string& mark) { pending_.insert(mark); }

    void forget(const std::string& mark) { pending_.erase(mark); }

    /// True while an "add" that we sent has not come back.
    [[nodiscard]] bool pending() const { return !pending_.empty(); }

    /// Waits at most `limit` for the next event and takes all events that are there. True when one
    /// of them is about `functions`.
    Result<bool> wait(Milliseconds limit, const std::set<std::string>& functions) {
        const Deadline deadline(limit);
        pollfd events{udev_monitor_get_fd(monitor_.get()), POLLIN, 0};
        while (::poll(&events, 1, deadline.poll_timeout()) < 0) {
            if (errno != EINTR) {
                return errno_failure("cannot wait for the events of udev", errno);
            }
        }
        bool concerned = false;
        for (int taken = 0; taken < largest_batch; ++taken) {
            const UdevDevice device = receive();
            if (!device) {
                break;
            }
            pending_.erase(property(device.get(), "SYNTH_UUID"));
            concerned = concerned || functions.contains(function_of(device.get()));
        }
        return concerned;
    }

private:
    Subscription(Udev context, UdevMonitor monitor)
        : context_(std::move(context)), monitor_(std::move(monitor)) {}

    UdevDevice receive() {
        errno = 0;
        UdevDevice device(udev_monitor_receive_device(monitor_.get()));
        if (!device && errno == ENOBUFS) {
            // Events were lost, perhaps the ones that we wait for. The caller looks at the devices
            // again anyway.
            pending_.clear();
        }
        return device;
    }

    Udev context_;
    UdevMonitor monitor_;
    std::set<std::string> pending_;
};

UdevDevices::UdevDevices() = default;

UdevDevices::~UdevDevices() = default;

Result<UdevDevices::Subscription*> UdevDevices::subscribe() {
    if (!subscription_) {
        auto opened = TRY(Subscription::open());
        subscription_ = std::move(opened);
    }
    return subscription_.get();
}

Result<std::vector<PortOutcome>>
UdevDevices::await(const std::vector<PortExpectation>& ports, Milliseconds limit) {
    // Subscribe before the first look: a change between a look and a wait then ends the wait.
    static_cast<void>(TRY(subscribe()));
    // The subscription ends with this wait: events that nobody takes would fill its buffer.
    const auto subscription = std::exchange(subscription_, nullptr);
    const auto functions = addresses_of(ports);
    const Deadline deadline(limit);
    Deadline grace(name_grace);
    for (;;) {
        auto views = TRY(look_at_all(subscription->context(), ports));
        const bool names_decided = only_names_missing(views) && !subscription->pending();
        if (all_ready(views) || deadline.passed() || (names_decided && grace.passed())) {
            return outcomes(std::move(views));
        }
        const auto concerned = TRY(subscription->wait(
            names_decided ? std::min(grace.remaining(), deadline.remaining())
                          : deadline.remaining(),
            functions
        ));
        if (concerned) {
            grace = Deadline(name_grace);
        }
    }
}

Result<void> UdevDevices::trigger_interfaces(const PciAddress& address) {
    const auto subscribed = TRY(subscribe());
    Subscription& subscription = *subscribed;
    const auto interfaces = TRY(enumerate(subscription.context(), {"net", "", ""}));
    for (const auto& interface : interfaces) {
        if (function_of(interface.get()) != address.to_string()) {
            continue;
        }
        // The kernel copies the mark into the event: we then see when udevd has handled ours.
        const std::string mark = random_uuid();
        subscription.expect(mark);
        const std::string path = udev_device_get_syspath(interface.get()) + std::string("/uevent");
        const int number = write_attribute(path, "add " + mark);
        if (number != 0) {
            subscription.forget(mark);
        }
        const bool gone = number == ENOENT || number == ENODEV;
        if (number != 0 && !gone) {
            return errno_failure("cannot write to " + path, number);
        }
    }
    return {};
}

}  // namespace onload_node
