// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/node_access.hpp"

namespace onload_node {

/// Runs single steps on the node, and checks that each did what it was for: a module counts as
/// loaded when the kernel shows its build-id, a port as ready when its interface is there.
class StepRunner {
public:
    /// What `access` refers to must outlive the runner.
    StepRunner(const NodeAccess& access, const LimitsConfig& limits)
        : access_(access), limits_(limits) {}

    [[nodiscard]] Result<void> run(const Step& step);

private:
    [[nodiscard]] Result<void> write(std::string_view path, const std::string& content);
    [[nodiscard]] Result<void> remove(std::string_view path);
    [[nodiscard]] Result<void> remember(const RememberNames& step);
    [[nodiscard]] Result<void> load(const LoadModule& step);
    [[nodiscard]] Result<void> check_loaded(const LoadModule& step) const;
    [[nodiscard]] Result<void> unload(const UnloadModule& step);
    [[nodiscard]] Result<void> bind(const BindFunctions& step);
    [[nodiscard]] Result<std::vector<PortExpectation>> to_be_awaited(const AwaitPorts& step);
    [[nodiscard]] Result<void> await(const AwaitPorts& step);
    void rename_again(const std::vector<PortExpectation>& wrong);

    NodeAccess access_;
    LimitsConfig limits_;
};

}  // namespace onload_node
