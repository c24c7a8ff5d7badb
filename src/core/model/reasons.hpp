// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/model/state.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace onload_node {

/// What there is to know about a reason: the hint of `status`, `onload-node reasons`, the manual,
/// the journal's catalogue and the alerts all have it from here. Nothing is empty.
struct ReasonFacts {
    ReasonCode code = ReasonCode::as_wanted;
    std::string_view word;           ///< its spelling in schema 1
    std::string_view meaning;        ///< what it means for the node, in whole sentences
    std::string_view where_to_look;  ///< commands and files, with "; " between them
    std::string_view advice;         ///< what to do about it: follows "; ", so no capital, no stop
    std::string_view message_id;     ///< of its entries in the journal; 32 hexadecimal digits
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(ReasonCode::not_pending) + 1;

/// In the order of ReasonCode.
[[nodiscard]] std::span<const ReasonFacts> all_reasons();

[[nodiscard]] const ReasonFacts& facts_of(ReasonCode code);

/// The reason that is spelled so; null if there is none.
[[nodiscard]] const ReasonFacts* reason_of(std::string_view word);

}  // namespace onload_node
