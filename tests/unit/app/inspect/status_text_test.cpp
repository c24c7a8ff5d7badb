// SPDX-License-Identifier: BSD-2-Clause
#include "app/inspect/status_text.hpp"
#include "core/model/reasons.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node::status_text_test {
namespace {

/// A booting node with all that `status` finds out by itself.
StatusView whole_view() {
    Observed node = fixture::booting_node();
    node.functions[0].model = "a card with a name";
    StatusView view{make_report(Config(), node, make_plan(Config(), node, {}), {})};
    view.details.resize(2);
    view.details[0].carrier = 1;
    view.details[0].speed = 25000;
    view.details[0].firmware = "8.2.1.1005";
    view.details[0].numa_node = 1;
    view.details[1].carrier = 0;
    view.next_kernel = "6.0-next";
    view.cpus.isolated = {2, 3};
    view.cpus.interrupts = {{"ens8f0", {0, 1}}};
    view.cpus.server = {0, 1, 2, 3};
    return view;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// Without the line breaks inside of paragraphs.
std::string unbroken(const std::string& text) {
    std::string flat;
    for (const char c : text) {
        const bool blank = c == '\n' || c == ' ';
        if (!blank || (!flat.empty() && flat.back() != ' ')) {
            flat += blank ? ' ' : c;
        }
    }
    return flat;
}

TEST(StatusText, BeginsWithTheSentence) {
    const auto view = whole_view();
    EXPECT_TRUE(status_text(view, {}).starts_with(sentence(view.report) + "\n"));
    EXPECT_EQ(status_text(view, {}).find('\033'), std::string::npos);
    EXPECT_TRUE(says(status_text(view, {100, true}), "\033[33m"));
}

TEST(StatusText, HasEachPortWithItsModuleLinkAndFirmware) {
    const auto text = status_text(whole_view(), {});
    EXPECT_TRUE(says(
        text,
        "ports     ens8f0  0000:3b:00.0  00:0f:53:00:00:00  sfc  25 Gbit/s  fw 8.2.1.1005  node 1\n"
        "          ens8f1  0000:3b:00.1  00:0f:53:00:00:01  sfc  no link\n"
        "card      a card with a name\n"
    )) << text;
}

TEST(StatusText, TellsKernelsAndProcessors) {
    const auto text = unbroken(status_text(whole_view(), {}));
    EXPECT_TRUE(says(
        text,
        "staged for 5.14.0-427.el9.x86_64 (runs); the next boot runs 6.0-next, and "
        "NOTHING is staged for it"
    )) << text;
    EXPECT_TRUE(says(
        text, "cpus isolated 2-3; interrupts of ens8f0 on 0-1; onload_cp_server may run on 0-3"
    )) << text;
    EXPECT_TRUE(says(text, "guard 0 of 2 bad boots in a row")) << text;
}

TEST(StatusText, SaysOfEachStateAndReasonWhatToDo) {
    auto view = whole_view();
    for (const auto state : {State::degraded, State::in_tree, State::failed}) {
        for (const auto& facts : all_reasons()) {
            view.report.state = state;
            view.report.code = facts.code;
            view.report.reason = "why it is so";
            const auto text = unbroken(status_text(view, {}));
            EXPECT_TRUE(says(text, sentence(view.report))) << text;
            for (const auto part : {facts.word, facts.meaning, facts.advice, facts.where_to_look}) {
                EXPECT_TRUE(says(text, part)) << part << " in " << text;
            }
        }
    }
    for (const auto state : {State::active, State::idle, State::off}) {
        view.report.state = state;
        EXPECT_FALSE(says(status_text(view, {}), "to do")) << to_string(state);
    }
}

/// Nothing is cut off; a word that is longer than a line is left whole.
TEST(StatusText, FitsIntoTheWidth) {
    for (const std::size_t width : {40U, 60U, 100U}) {
        auto view = whole_view();
        view.report.reason = "short";
        for (const auto& facts : all_reasons()) {
            view.report.code = facts.code;
            const auto lines = lines_of(status_text(view, {width, false}));
            for (std::size_t i = 1; i < lines.size(); ++i) {
                const bool one_word =
                    lines[i].find(' ', lines[i].find_first_not_of(' ')) == std::string::npos ||
                    lines[i].find_last_of(' ') < 10;
                EXPECT_TRUE(lines[i].size() <= width || one_word) << lines[i];
                EXPECT_FALSE(lines[i].ends_with(' ')) << "\"" << lines[i] << "\"";
            }
        }
    }
}

TEST(StatusJson, HasWhatOnlyALookOfItsOwnBrings) {
    const auto text = status_json(whole_view());
    for (const char* const part :
         {"\"speed_mbit\" : 25000",
          "\"firmware\" : \"8.2.1.1005\"",
          "\"module\" : \"sfc\"",
          "\"numa_node\" : 1",
          "\"carrier\" : false",
          "\"isolated\" : \"2-3\"",
          "\"next_kernel\" : \"6.0-next\"",
          "\"schema\" : 1"}) {
        EXPECT_TRUE(says(text, part)) << part << " in\n" << text;
    }
}

}  // namespace
}  // namespace onload_node::status_text_test
