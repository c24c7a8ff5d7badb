// SPDX-License-Identifier: BSD-2-Clause
// The record of the kept sets on a disk that may hold anything: it is understood or said to be
// damaged. What is understood names folders and nothing above them, and is written as it was read.
#include "core/model/kernel_release.hpp"
#include "core/model/paths.hpp"
#include "one_file.hpp"
#include "stage/set_record.hpp"
#include "target.hpp"

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::OneFile file(paths::sets_file, fuzz::text_of(data, size));
    const auto record = read_set_record(file);
    if (!record) {
        fuzz::require(record.error().code == ErrorCode::mismatch);
        return 0;
    }
    for (const auto& entry : *record) {
        fuzz::require(is_kernel_release(entry.kernel) && is_set_digest(entry.digest));
    }
    fuzz::require(write_set_record(file, *record).has_value());
    const auto again = read_set_record(file);
    fuzz::require(again && *again == *record);
    return 0;
}
