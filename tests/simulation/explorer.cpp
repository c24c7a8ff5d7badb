// SPDX-License-Identifier: BSD-2-Clause
#include "explorer.hpp"

#include "processes.hpp"
#include "property.hpp"

#include <algorithm>
#include <array>

namespace onload_node::simulation {

namespace {

using fixture::Fate;

constexpr std::array failing = {Fate::refused, Fate::answer_lost};

std::string to_string(Fate fate) {
    switch (fate) {
    case Fate::done:
        return "done";
    case Fate::refused:
        return "refused";
    case Fate::answer_lost:
        return "answer lost";
    case Fate::killed:
        return "killed";
    }
    return "";
}

bool touches_files_only(const std::string& call) {
    return call.compare(0, 6, "write ") == 0 || call.compare(0, 7, "remove ") == 0;
}

std::string to_string(const std::vector<Decision>& decisions) {
    std::string text;
    for (const auto& decision : decisions) {
        text += " [call " + std::to_string(decision.call) + " " + to_string(decision.fate) + "]";
    }
    return text;
}

}  // namespace

Explorer::Node Explorer::beginning() const {
    Node node(start_.node);
    if (start_.one_port_dead) {
        node.kill_port(node.observed().functions.at(1).address);
    }
    if (start_.set_before) {
        keep_sets(node);
    }
    if (start_.cards_exchanged) {
        node.exchange_cards();
    }
    if (start_.coldplug_pending) {
        // Not before somebody waits or the boot goes on.
        node.coldplug_before(1 << 20);
    }
    return node;
}

void Explorer::violated(
    const std::string& kind, const std::string& history, const Node& node, const std::string& what
) {
    std::string text = start_.name + ", " + kind + history + ": " + what;
    for (const auto& line : node.history()) {
        text += "\n    " + line;
    }
    violations_.push_back(std::move(text));
}

/// The boot goes on; then everything promised holds, and an apply that meets no fault gets there.
void Explorer::end(Node node, const std::string& kind, const std::string& history) {
    ++counts_[kind];
    if (!endings_.insert(node.state_text()).second) {
        return;
    }
    node.boot_goes_on();
    if (const auto what = complaints(node, start_); !what.empty()) {
        violated(kind, history, node, what);
        return;
    }
    node.next_process();
    Start later = start_;
    later.live = true;
    static_cast<void>(apply(node, later));
    node.boot_goes_on();
    const State state = state_of(node, later);
    later.clock_lost = false;
    std::string what = complaints(node, later);
    if (state != start_.goal) {
        what += "ends " + std::string(onload_node::to_string(state));
    }
    if (!what.empty()) {
        violated(kind, history + ", then an apply without fault", node, what);
    }
}

std::vector<std::string>
Explorer::run(const std::vector<Decision>& decisions, const std::string& kind, int coldplug) {
    Node node = beginning();
    std::string history = to_string(decisions);
    if (coldplug >= 0) {
        node.coldplug_before(coldplug);
        history += " [coldplug before call " + std::to_string(coldplug) + "]";
    }
    for (const auto& decision : decisions) {
        node.decide(decision.call, decision.fate);
    }
    const int status = apply(node, start_);
    auto calls = node.call_texts();
    if (node.killed()) {
        after_kill(node, history);
    }
    stop_post(node, start_, status);
    end(std::move(node), kind, history);
    return calls;
}

int Explorer::count_calls() {
    return static_cast<int>(run({}, "no fault").size());
}

void Explorer::without_fault() {
    run({}, "no fault");
}

void Explorer::failures() {
    const int calls = count_calls();
    for (int first = 0; first < calls; ++first) {
        for (const Fate fate : failing) {
            // How many calls there are depends on what the first failure made of the run.
            const int all = static_cast<int>(run({{first, fate}}, "one failure").size());
            for (int second = first + 1; second < all; ++second) {
                for (const Fate other : failing) {
                    if (sample_.takes("two failures")) {
                        run({{first, fate}, {second, other}}, "two failures");
                    }
                }
            }
        }
    }
}

void Explorer::stops() {
    const int calls = count_calls();
    for (int call = 0; call < calls; ++call) {
        run({{call, Fate::killed}}, "stop");
    }
}

/// A killed process leaves nothing but the node: what follows is run once for each node.
void Explorer::after_kill(const Node& node, const std::string& history) {
    Node cold = node;
    cold.power_cycle();
    if (start_.coldplug_pending) {
        cold.coldplug_before(0);
    }
    ++counts_["power cycle"];
    if (cold_.insert(cold.state_text()).second) {
        const int status = apply(cold, start_);
        stop_post(cold, start_, status);
        end(std::move(cold), "boot after a power cycle", history);
    }
    if (!killed_.insert(node.state_text()).second) {
        return;
    }
    Node trial = node;
    trial.next_process();
    static_cast<void>(recover(trial, start_));
    const int calls = trial.calls();
    for (int call = 0; call < calls; ++call) {
        for (const bool boot_first : {false, true}) {
            if (sample_.takes("two stops")) {
                second_stop(node, call, boot_first, history);
            }
        }
        for (const Fate fate : failing) {
            if (sample_.takes("stop, failing recovery")) {
                failing_recovery(node, {call, fate}, history);
            }
        }
    }
}

void Explorer::failing_recovery(
    const Node& node, const Decision& failure, const std::string& history
) {
    Node failed = node;
    failed.next_process();
    failed.decide(failure.call, failure.fate);
    static_cast<void>(recover(failed, start_));
    end(std::move(failed), "stop, failing recovery", history + ", then" + to_string({failure}));
}

/// The recovery is killed too. The next run comes at once, or after the boot has gone on.
void Explorer::second_stop(
    const Node& node, int call, bool boot_first, const std::string& history
) {
    Node stopped = node;
    stopped.next_process();
    stopped.decide(call, Fate::killed);
    static_cast<void>(recover(stopped, start_));
    stopped.next_process();
    if (boot_first) {
        stopped.boot_goes_on();
    }
    static_cast<void>(recover(stopped, start_));
    end(std::move(stopped),
        "two stops",
        history + ", then" + to_string({{call, Fate::killed}}) +
            (boot_first ? ", the boot goes on" : ""));
}

/// Udev gets to the cards at every point, alone and with single failures and stops. Of
/// points with nothing but reads and writes of files between them one is enough: what udev does
/// then has to do with modules, and with files only as far as udevd was told to read them.
void Explorer::late_coldplug() {
    int point = 0;
    for (bool more = true; more;) {
        const auto calls = run({}, "coldplug", point);
        for (int call = 0; call < static_cast<int>(calls.size()); ++call) {
            for (const Fate fate : {Fate::refused, Fate::answer_lost, Fate::killed}) {
                if (sample_.takes("coldplug and one failure or stop")) {
                    run({{call, fate}}, "coldplug and one failure or stop", point);
                }
            }
        }
        const auto passed = std::find_if_not(
            calls.begin() + std::min(point, static_cast<int>(calls.size())),
            calls.end(),
            touches_files_only
        );
        more = passed != calls.end();
        point = static_cast<int>(passed - calls.begin()) + 1;
    }
}

}  // namespace onload_node::simulation
