// SPDX-License-Identifier: BSD-2-Clause
// The names that an earlier boot, or anybody, has left: what is understood is written as it was
// read, holds nothing twice, and nothing that is more than a name.
#include "core/model/identifiers.hpp"
#include "core/model/paths.hpp"
#include "one_file.hpp"
#include "run/records.hpp"
#include "target.hpp"

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::OneFile file(paths::names_file, fuzz::text_of(data, size));
    Observed observed;
    read_name_record(observed, file);
    fuzz::require(observed.names_problem.empty() || observed.remembered.empty());
    const auto& record = observed.remembered;
    for (std::size_t i = 0; i < record.size(); ++i) {
        fuzz::require(InterfaceName::parse(record[i].name).has_value());
        for (const auto& other : record[i].also) {
            fuzz::require(InterfaceName::parse(other).has_value());
        }
        for (std::size_t k = 0; k < i; ++k) {
            fuzz::require(record[i].slot != record[k].slot && record[i].name != record[k].name);
        }
    }
    if (!observed.names_problem.empty()) {
        return 0;
    }
    fuzz::require(file.write(paths::names_file, to_text(record)).has_value());
    Observed again;
    read_name_record(again, file);
    fuzz::require(again.names_problem.empty() && again.remembered == record);
    return 0;
}
