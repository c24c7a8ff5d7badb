// SPDX-License-Identifier: BSD-2-Clause
#include "trace.hpp"

#include "core/model/step.hpp"
#include "processes.hpp"

namespace onload_node::simulation {

namespace {

class Recorder final : public Progress {
public:
    void beginning(const Phase&) override {}

    void starting(const PlannedStep&) override {}

    void done(const PlannedStep& step, Milliseconds) override { add("done", step.step); }

    void failed(const PlannedStep& step, const Error&) override { add("failed", step.step); }

    void undoing(const Step& inverse) override { add("undo", inverse); }

    void undo_failed(const Step& inverse, const Error&) override { add("undo failed", inverse); }

    void notice(const std::string&) override {}

    void detail(const std::string&) override {}

    void concluding(State, ReasonCode, const std::string&) override {}

    [[nodiscard]] const std::string& lines() const { return lines_; }

private:
    void add(const std::string& word, const Step& step) { lines_ += word + " " + key(step) + "\n"; }

    std::string lines_;
};

std::string end_of(const fixture::MemoryNode& node, const Start& start) {
    const Report report = report_on(node, start);
    std::string text = "state " + std::string(to_string(report.state)) + " " +
                       std::string(to_string(report.code)) + "\n";
    for (const auto& [module, sha256] : report.modules) {
        text += "module " + module.name.str() + " " + std::string(to_string(module.origin)) + "\n";
    }
    for (const auto& function : report.functions) {
        const std::string name =
            function.interfaces.empty() ? "" : function.interfaces.front().name;
        text += "port " + function.address.to_string() + " " + function.driver + " " + name + "\n";
    }
    for (const auto& unit : report.clock_keepers) {
        text += "clock " + unit + "\n";
    }
    return text;
}

/// Every node has addresses of its own.
std::string with_ports_numbered(std::string text, const Observed& node) {
    for (std::size_t index = 0; index < node.functions.size(); ++index) {
        const std::string address = node.functions[index].address.to_string();
        for (auto at = text.find(address); at != std::string::npos; at = text.find(address, at)) {
            text.replace(at, address.size(), "#" + std::to_string(index));
        }
    }
    return text;
}

}  // namespace

std::string trace_of(fixture::MemoryNode& node, const Start& start) {
    Recorder recorder;
    const int status = apply(node, start, recorder);
    stop_post(node, start, status);
    node.boot_goes_on();
    return with_ports_numbered(recorder.lines() + end_of(node, start), start.node);
}

}  // namespace onload_node::simulation
