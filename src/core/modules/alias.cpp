// SPDX-License-Identifier: BSD-2-Clause
#include "core/modules/alias.hpp"

#include <cstddef>

namespace onload_node {

namespace {

/// Matches one character with the first element of `pattern`; sets `length` to the element's.
bool matches_one(std::string_view pattern, char character, std::size_t& length) {
    const auto end = pattern.front() == '[' ? pattern.find(']', 2) : std::string_view::npos;
    if (end == std::string_view::npos) {
        length = 1;
        return pattern.front() == '?' || pattern.front() == character;
    }
    length = end + 1;
    bool found = false;
    for (std::size_t at = 1; at < end; ++at) {
        const bool range = at + 2 < end && pattern[at + 1] == '-';
        const char last = range ? pattern[at + 2] : pattern[at];
        found = found || (pattern[at] <= character && character <= last);
        at += range ? 2 : 0;
    }
    return found;
}

}  // namespace

bool alias_claims(std::string_view alias, std::string_view modalias) {
    // What followed the last '*' in pattern and text: the only place to go back to.
    std::string_view star;
    std::string_view behind_star;
    bool seen_star = false;
    while (!modalias.empty()) {
        std::size_t length = 0;
        if (!alias.empty() && alias.front() == '*') {
            seen_star = true;
            star = alias.substr(1);
            behind_star = modalias;
            alias = star;
        } else if (!alias.empty() && matches_one(alias, modalias.front(), length)) {
            alias.remove_prefix(length);
            modalias.remove_prefix(1);
        } else if (seen_star) {
            behind_star.remove_prefix(1);
            modalias = behind_star;
            alias = star;
        } else {
            return false;
        }
    }
    return alias.find_first_not_of('*') == std::string_view::npos;
}

}  // namespace onload_node
