// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace onload_node {

/// The kind of failure. There are few on purpose: each leads to one exit status or one decision.
enum class ErrorCode {
    usage,       ///< the command line is wrong (exit 64)
    config,      ///< the configuration is wrong (exit 78)
    not_found,   ///< a file, module, unit or device is not there
    permission,  ///< the kernel or a service refused for lack of rights
    busy,        ///< in use by somebody else; may succeed later
    exists,      ///< already there, but not as wanted
    timeout,     ///< a wait reached its limit
    hung,        ///< a call into the kernel did not come back: nothing around it can be undone
    mismatch,    ///< what was found is not what was expected
    io,          ///< any other failure that the system reported
};

/// A failure as a value. The message says what failed, where, why and, if known, what to do.
struct Error {
    ErrorCode code = ErrorCode::io;
    std::string message;
};

/// The result of a call across a module border that can fail. Only bugs and lack of memory throw.
template <typename T>
using Result = tl::expected<T, Error>;

/// Makes the failing side of a Result.
[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// For a message that is always the same. Apart, because the conversion at each call costs bytes.
[[nodiscard, gnu::noinline]] inline tl::unexpected<Error>
failure(ErrorCode code, const char* message) {
    return failure(code, std::string(message));
}

/// Passes an error on and first says what we were doing: "CONTEXT: original message".
[[nodiscard]] inline tl::unexpected<Error> failure(const std::string& context, const Error& cause) {
    return failure(cause.code, context + ": " + cause.message);
}

namespace detail {

template <typename T>
[[nodiscard]] T value_of(Result<T>&& result) {
    return *std::move(result);
}

inline void value_of(Result<void>&& /*result*/) {}

/// The error of a result that the enclosing function returns, moved once: into its own result.
struct PassedOn {
    Error& error;

    template <typename T>
    operator Result<T>() && {  // NOLINT(google-explicit-constructor): it stands for a return value
        return Result<T>(tl::unexpect, std::move(error));
    }
};

}  // namespace detail

}  // namespace onload_node

/// The value of a Result. On failure, the enclosing function returns the error. Use it only as a
/// whole statement or as a whole initializer: other parts of a larger expression may or may not
/// have been evaluated.
#define TRY(...)                                                                                   \
    __extension__({                                                                                \
        auto try_result = __VA_ARGS__;                                                             \
        if (!try_result) {                                                                         \
            return ::onload_node::detail::PassedOn{try_result.error()};                            \
        }                                                                                          \
        ::onload_node::detail::value_of(std::move(try_result));                                    \
    })
