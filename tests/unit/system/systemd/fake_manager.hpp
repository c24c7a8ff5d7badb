// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/handle.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

struct sd_bus;
struct sd_bus_message;

namespace onload_node::fixture {

/// One unit of a FakeManager.
struct FakeUnit {
    std::string id;
    std::string load_state = "loaded";
    std::string active_state = "active";
    std::string file_state = "enabled";
    std::string job_type;              ///< of a queued job; empty when there is none
    std::string stop_result = "done";  ///< how a stop job ends; empty when it never does
    bool ends_before_reply = false;    ///< the stop job has ended before its caller has the reply
    std::string fragment = "/usr/lib/systemd/system/a.service";
    std::string description = "A unit";
    std::vector<std::pair<bool, std::string>> conditions = {};  ///< negated, path
    std::map<std::string, std::uint64_t> moments = {};          ///< by property
    std::vector<std::string> after = {};
};

/// Stands in for PID 1 at the other end of a socket: speaks real D-Bus, holds made-up units, and
/// records what it is asked.
class FakeManager final {
public:
    explicit FakeManager(std::map<std::string, FakeUnit> units);
    ~FakeManager();
    FakeManager(const FakeManager&) = delete;
    FakeManager& operator=(const FakeManager&) = delete;

    /// Our end of the socket; once.
    [[nodiscard]] UniqueFd take_client() { return std::move(client_); }

    /// "MaskUnitFiles chronyd.service runtime", in order.
    [[nodiscard]] std::vector<std::string> calls() const;

    /// Answers nothing from now on.
    void hang() { hanging_ = true; }

private:
    void serve(UniqueFd server);
    int answer(sd_bus_message* message);
    int answer_property(sd_bus_message* message);
    static int answer_after(sd_bus_message* message, const FakeUnit& unit);
    int answer_conditions(sd_bus_message* message, const FakeUnit& unit);
    int answer_manager(sd_bus_message* message, const std::string& member);
    int answer_stop(sd_bus_message* message, const FakeUnit& unit);
    int announce_end(const FakeUnit& unit);
    const FakeUnit* unit_named(const std::string& name) const;
    void record(const std::string& call);

    std::map<std::string, FakeUnit> units_;  ///< by name or alias
    UniqueFd client_;
    sd_bus* bus_ = nullptr;
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;
    std::atomic<bool> hanging_ = false;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace onload_node::fixture
