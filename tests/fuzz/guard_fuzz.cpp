// SPDX-License-Identifier: BSD-2-Clause
// The boot guard on a disk that may hold anything: it is understood or said to be damaged, never
// taken for "no guard"; what is understood is saved as it was read, and the attempts never grow by
// disarming.
#include "core/model/paths.hpp"
#include "one_file.hpp"
#include "run/guard.hpp"
#include "target.hpp"

using namespace onload_node;

namespace {

void check_understood(fuzz::OneFile& file, const GuardRecord& record) {
    fuzz::require(write_guard(file, record).has_value());
    Observed again;
    read_guard(again, file);
    fuzz::require(again.guard == record);
    fuzz::require(disarm_guard(file, record.boot_id).has_value());
    Observed disarmed;
    read_guard(disarmed, file);
    fuzz::require(disarmed.guard_problem.empty());
    fuzz::require(!disarmed.guard || disarmed.guard->attempts <= record.attempts);
    fuzz::require(disarmed.guard || !record.tripped);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::OneFile file(paths::guard_file, fuzz::text_of(data, size));
    Observed observed;
    read_guard(observed, file);
    fuzz::require(observed.guard.has_value() == observed.guard_problem.empty());
    if (observed.guard) {
        check_understood(file, *observed.guard);
    } else {
        fuzz::require(!disarm_guard(file, "any boot").has_value());
    }
    return 0;
}
