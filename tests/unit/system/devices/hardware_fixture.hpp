// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <map>
#include <string>

struct _UMockdevTestbed;

namespace onload_node::fixture {

/// Made-up network hardware on umockdev: sysfs and udev's events are redirected, udev's database is
/// a real one in a /run that only this process sees. Needs the preload library of umockdev.
class HardwareFixture final {
public:
    HardwareFixture();
    ~HardwareFixture();
    HardwareFixture(const HardwareFixture&) = delete;
    HardwareFixture& operator=(const HardwareFixture&) = delete;

    /// True when the preload library is there: otherwise we would look at the real machine.
    static bool preloaded();

    /// To be called first in main(): gives this process a /run of its own. False when it may not.
    static bool isolate_run();

    /// Plugs in a Solarflare function: "0000:08:00.0".
    void add_function(const std::string& address, const std::string& pci_class = "0x020000");

    void
    set_attribute(const std::string& address, const std::string& name, const std::string& value);

    /// An attribute of bytes: "vpd".
    void set_bytes(const std::string& address, const std::string& name, const std::string& bytes);

    /// Whoever reads or writes the driver_override of the function waits for ever: a pipe stands in
    /// for the device's lock.
    void hang(const std::string& address);

    /// Makes one function a virtual one of another.
    void make_virtual(const std::string& address, const std::string& physical);

    /// What the driver says of an interface.
    void set_port_name(const std::string& interface, const std::string& name);

    void bind(const std::string& address, const std::string& driver);

    /// The driver registers an interface.
    void add_interface(const std::string& address, const std::string& name, bool up = false);

    /// An interface that hangs on no hardware.
    void add_virtual_interface(const std::string& name);

    /// udevd has written its database and is about to give the interface its name.
    void begin_rename(const std::string& name);

    /// udevd finishes an interface: writes its database, renames it, sends its event.
    void finish(const std::string& name, const std::string& final_name);

    /// The mark of the last synthetic event that was asked for; empty when none was.
    [[nodiscard]] std::string requested_mark(const std::string& name) const;

    /// udevd handles a synthetic event: sends it on with its mark, under the name that it has then.
    void handle_request(const std::string& name, const std::string& final_name);

private:
    struct MadeInterface {
        std::string function;
        std::string sysfs;
        int index = 0;
        bool up = false;
    };

    void
    register_interface(const std::string& name, MadeInterface interface, const std::string& mark);
    void write_database(int index, bool renaming) const;
    void rename(const std::string& name, const std::string& final_name, const std::string& mark);

    _UMockdevTestbed* testbed_;
    std::map<std::string, std::string> functions_;
    std::map<std::string, MadeInterface> interfaces_;
    int next_index_ = 101;
};

}  // namespace onload_node::fixture
