// SPDX-License-Identifier: BSD-2-Clause
// The signature behind a module, which anybody can have appended. A fuzzer finds neither the marker
// nor the lengths by itself: they are put around the bytes, too.
#include "system/modules/module_file.hpp"
#include "target.hpp"

#include <array>
#include <span>
#include <string_view>

using namespace onload_node;

namespace {

using State = ModuleSignature::State;

ModuleSignature look_at(const std::string& module) {
    auto found = read_signature(std::as_bytes(std::span(module)));
    const bool said = !found.signer.empty() || !found.key_id.empty() || !found.hash.empty();
    fuzz::require(found.state == State::present || found.state == State::damaged || !said);
    fuzz::require(found.key_id.find_first_not_of("0123456789abcdef") == std::string::npos);
    return found;
}

/// The bytes as a PKCS#7 message with what the kernel has behind it.
std::string signed_by(const std::string& message) {
    const auto size = message.size();
    const std::array<char, 12> trailer = {
        0,
        0,
        2,
        0,
        0,
        0,
        0,
        0,
        static_cast<char>(size >> 24),
        static_cast<char>(size >> 16),
        static_cast<char>(size >> 8),
        static_cast<char>(size)};
    return message + std::string(trailer.data(), trailer.size()) + "~Module signature appended~\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes = fuzz::text_of(data, size);
    static_cast<void>(look_at(bytes));
    fuzz::require(look_at(signed_by(bytes)).state != State::none);
    return 0;
}
