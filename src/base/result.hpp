// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace onload_node {

/// What kind of failure an Error is. Few on purpose: each maps to one exit status or one decision.
enum class ErrorCode {
    usage,       ///< the command line is wrong (exit 64)
    config,      ///< the configuration is wrong (exit 78)
    not_found,   ///< a file, module, unit or device is not there
    permission,  ///< the kernel or a service refused for lack of rights
    busy,        ///< in use by somebody else; may succeed later
    exists,      ///< already there, but not as wanted
    timeout,     ///< a bounded wait ended
    hung,        ///< the kernel does not come back from it: nothing around it can be undone
    mismatch,    ///< what is there is not what was verified
    io,          ///< anything else the system answered
};

/// A failure as a value: the message says what failed, where, why and, where we know, what to do.
struct Error {
    ErrorCode code = ErrorCode::io;
    std::string message;
};

/// The result of anything that can fail across a module border. Nothing throws but bugs and
/// out-of-memory.
template <typename T>
using Result = tl::expected<T, Error>;

/// Makes the failing side of a Result.
[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// Passes an error on, saying first what we were doing: "CONTEXT: original message".
[[nodiscard]] inline tl::unexpected<Error> failure(const std::string& context, const Error& cause) {
    return failure(cause.code, context + ": " + cause.message);
}

namespace detail {

template <typename T>
[[nodiscard]] T value_of(Result<T>&& result) {
    return *std::move(result);
}

inline void value_of(Result<void>&& /*result*/) {}

}  // namespace detail

}  // namespace onload_node

/// The value of a Result; a failure ends the function it stands in, and is what that returns. Only
/// as a whole statement, or as all that a variable is initialized with: what else stands in the
/// statement may have been evaluated or not.
#define TRY(...)                                                                                   \
    __extension__({                                                                                \
        auto try_result = __VA_ARGS__;                                                             \
        if (!try_result) {                                                                         \
            return tl::unexpected(std::move(try_result).error());                                  \
        }                                                                                          \
        ::onload_node::detail::value_of(std::move(try_result));                                    \
    })
