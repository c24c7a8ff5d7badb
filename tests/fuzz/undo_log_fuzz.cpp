// SPDX-License-Identifier: BSD-2-Clause
// The undo log of a run that may have been anything: what is understood is saved as it was read.
#include "core/model/paths.hpp"
#include "one_file.hpp"
#include "run/undo_log.hpp"
#include "target.hpp"

using namespace onload_node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::OneFile file(paths::undo_log, fuzz::text_of(data, size));
    UndoLog log(file);
    if (!log.load()) {
        fuzz::require(log.entries().empty());
        return 0;
    }
    fuzz::require(log.committed() <= log.entries().size());
    fuzz::require(log.commit().has_value());
    UndoLog again(file);
    fuzz::require(again.load().has_value() && !again.open());
    fuzz::require(again.entries().size() == log.entries().size());
    for (std::size_t index = 0; index < log.entries().size(); ++index) {
        fuzz::require(again.entries()[index].inverse == log.entries()[index].inverse);
    }
    return 0;
}
