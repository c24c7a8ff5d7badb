// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/pending_kernel.hpp"
#include "core/model/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace onload_node {

/// What is checked before anything is changed. The spelling is part of schema 1 of `verify --json`.
enum class CheckId {
    kernel,             ///< the kernel that it is about is known; only of those that run later
    tree,               ///< modules are staged for the kernel
    paths,              ///< only root can have put them there
    modules,            ///< all needed modules are in one of the trees and can be read
    machine,            ///< built for this processor
    vermagic,           ///< built for this kernel
    symbols,            ///< every symbol needed is exported, with the same CRC
    ibt,                ///< built for indirect branch tracking, where the kernel enforces that
    signature,          ///< the kernel would take the signature
    pins,               ///< the bytes are the pinned ones
    ports,              ///< the staged driver claims every port of the node
    parameters,         ///< the modules know the configured parameters
    holders,            ///< no foreign module uses what has to go
    stacks,             ///< no application uses the Onload that has to go
    virtual_functions,  ///< no port has virtual functions that a swap would take away
    loading,            ///< the kernel was not told to refuse the modules, or all of them
    storage,            ///< no disk or file system goes through a port
    next_boot,          ///< nothing keeps a later boot from loading them; only of those
};

enum class Verdict { passed, failed, not_checkable };

/// One verdict. If several modules fail a check, each gets its own.
struct Check {
    CheckId id;
    Verdict verdict;
    bool mandatory;       ///< a failure keeps the staged driver out; otherwise it is advice
    std::string subject;  ///< the module, port or file it is about; "" is all of them
    std::string text;     ///< what was found: what, where, why
    std::string advice;   ///< what to do about a failure
    ReasonCode code;      ///< the reason that a failure gives for the node's state
};

/// Would the staged modules load? Every check, in the order of the enumerators. Pure.
[[nodiscard]] std::vector<Check> verify(const Config& config, const Observed& observed);

/// With --require-pending: whether the next boot runs another kernel than the running one. Pure.
[[nodiscard]] Check verify_is_pending(const PendingKernel& next, std::string_view running);

/// The first failure, among the mandatory checks or among the others.
[[nodiscard]] const Check* first_failed(const std::vector<Check>& checks, bool mandatory);

/// The failure as the reason why the driver is not swapped.
[[nodiscard]] Blocker to_blocker(const Check& check);

/// Why the kernel refuses a module of this name, by its command line; empty if it does not.
[[nodiscard]] std::string blacklist_complaint(const Observed& observed, const ModuleName& name);

[[nodiscard]] std::string_view to_string(CheckId id);
[[nodiscard]] std::string_view to_string(Verdict verdict);

}  // namespace onload_node
