// SPDX-License-Identifier: BSD-2-Clause
// Writes what `status --json` and `plan --json` print for every state and reason into the folder
// that ONLOAD_NODE_DOCUMENTS names, for `check-schemas` to compare with the schemas.
#include "app/inspect/status_text.hpp"
#include "app/output/output.hpp"
#include "base/text.hpp"
#include "core/model/reasons.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace onload_node::json_schemas_test {
namespace {

void write(const std::string& name, const std::string& text) {
    if (const char* const folder = std::getenv("ONLOAD_NODE_DOCUMENTS"); folder != nullptr) {
        std::ofstream(compose("{}/{}.json", folder, name)) << text;
    }
}

TEST(JsonSchemas, HaveDocumentsOfEveryStateAndReason) {
    const Observed node = fixture::booting_node();
    const Plan plan = make_plan(Config(), node, {});
    StatusView view{make_report(Config(), node, plan, {"boot-1", {}, {{"load sfc", 12}}, 437})};
    view.details.resize(view.report.functions.size());
    view.cpus.interrupts = {{"ens8f0", {0}}};
    for (const auto state :
         {State::active, State::degraded, State::in_tree, State::idle, State::off, State::failed}) {
        for (const auto& facts : all_reasons()) {
            view.report.state = state;
            view.report.code = facts.code;
            const auto name = compose("{}-{}", to_string(state), facts.word);
            write("status-" + name, status_json(view));
            write("status-file-" + name, status_json(view.report));
            Plan other = plan;
            other.goal = state;
            other.code = facts.code;
            write("plan-" + name, plan_json({other, node, view.report}));
        }
    }
    EXPECT_EQ(view.report.functions.size(), 2U);
}

}  // namespace
}  // namespace onload_node::json_schemas_test
