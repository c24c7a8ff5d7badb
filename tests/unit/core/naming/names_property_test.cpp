// SPDX-License-Identifier: BSD-2-Clause
// For any set of ports, configuration and remembered state: the names are free of conflicts, the
// same every time, and a second planning changes nothing. The cases come from a generator with
// fixed seeds; a failure names its seed.
#include "core/naming/port_names.hpp"
#include "core/planning/plan.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace onload_node {
namespace {

/// tests/run --full asks for all.
const unsigned cases = std::getenv("ONLOAD_NODE_TEST_FULL") != nullptr ? 2000 : 1000;
constexpr unsigned most_ports = 6;

/// Few enough names and cards that they meet.
const std::vector<std::string> pool = {
    "ens8f0", "ens8f1", "ens9f0", "enp1s0", "sf0", "sf1", "sf2", "data0"};

struct Case {
    Config config;
    Observed node;
};

class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    Case make() {
        Case made;
        made.node = fixture::booting_node();
        made.node.staged.present = false;
        made.node.functions.clear();
        made.node.other_interfaces = {"lo"};
        names_ = pool;
        std::shuffle(names_.begin(), names_.end(), random_);
        std::shuffle(cards_.begin(), cards_.end(), random_);
        const unsigned ports = pick(most_ports + 1);
        for (unsigned index = 0; index < ports; ++index) {
            made.node.functions.push_back(port(index, made.node));
        }
        if (one_in(3)) {
            made.node.other_interfaces.insert(any_name());
        }
        make_record(made.node);
        make_config(made.config.names);
        if (one_in(4)) {
            made.node.named_by_argument.push_back({one_in(5) ? "eth0" : any_name(), card(pick(10))}
            );
        }
        if (one_in(4)) {
            made.node.loaded.insert_or_assign(
                fixture::module("sfc"), fixture::loaded_module(fixture::staged_file("sfc", {}))
            );
        }
        return made;
    }

    /// The driver of a port without an interface comes, and udev applies what it knows.
    void appear(Observed& node) {
        for (auto& function : node.functions) {
            if (!function.interfaces.empty() || function.driver.empty()) {
                continue;
            }
            const auto mac = card(pick(10));
            Interface interface {
                "kernel" + function.address.to_string().substr(11), mac, mac, false, true,
                    "/usr/lib/systemd/network/99-default.link"
            };
            function.interfaces.push_back(interface);
        }
    }

private:
    unsigned pick(unsigned count) {
        return std::uniform_int_distribution<unsigned>(0, count - 1)(random_);
    }

    bool one_in(unsigned count) { return pick(count) == 0; }

    std::string any_name() { return pool[pick(static_cast<unsigned>(pool.size()))]; }

    static MacAddress card(unsigned number) {
        return {{0x00, 0x0f, 0x53, 0, 0, static_cast<std::uint8_t>(number)}};
    }

    NetworkFunction port(unsigned index, Observed& node) {
        NetworkFunction function = fixture::port(index, "");
        function.driver = one_in(5) ? "" : "sfc";
        if (one_in(4)) {
            return function;
        }
        // The kernel gives each name once; a card may tell no MAC, or that of another.
        const std::string name = one_in(6) ? "eth" + std::to_string(index) : names_[index];
        const MacAddress mac = card(one_in(8) ? cards_[0] : cards_[index]);
        Interface interface {
            name, mac, one_in(8) ? std::nullopt : std::optional(mac), one_in(4), !one_in(6),
                "/usr/lib/systemd/network/99-default.link"
        };
        interface.predictable = {name, any_name(), "enp" + std::to_string(index) + "s0"};
        if (interface.initialised) {
            name_otherwise(interface, function, node);
        }
        function.interfaces.push_back(std::move(interface));
        return function;
    }

    /// Somebody has named it already: ourselves earlier in this boot, an administrator, a rule.
    void name_otherwise(Interface& interface, const NetworkFunction& function, Observed& node) {
        if (one_in(6) && InterfaceName::parse(interface.name)) {
            ChosenName earlier;
            earlier.function = &function;
            earlier.name = interface.name;
            node.generated_files[link_file_path(function.address)] = link_file_content(earlier);
            interface.link_file = link_file_path(function.address);
        } else if (one_in(6)) {
            interface.link_file =
                one_in(2) ? "/etc/systemd/network/10-a.link" : "/etc/systemd/network/98-b.link";
            interface.link_gives =
                one_in(3) && interface.link_file.ends_with("10-a.link") ? "" : interface.name;
        } else if (one_in(8)) {
            interface.rule = "/etc/udev/rules.d/70-a.rules";
        }
    }

    void make_record(Observed& node) {
        std::vector<std::string> names = pool;
        std::shuffle(names.begin(), names.end(), random_);
        std::vector<unsigned> cards = cards_;
        std::shuffle(cards.begin(), cards.end(), random_);
        for (unsigned slot = 0; slot < most_ports; ++slot) {
            if (one_in(2)) {
                continue;
            }
            const auto mac = one_in(8) ? std::nullopt : std::optional(card(cards[slot]));
            node.remembered.push_back(
                {fixture::port_address(slot),
                 mac,
                 names[slot],
                 {"enp" + std::to_string(slot) + "s0"}}
            );
        }
    }

    void make_config(NamesConfig& names) {
        names.policy = static_cast<NamePolicy>(pick(4));
        std::vector<std::string> free = pool;
        std::shuffle(free.begin(), free.end(), random_);
        for (unsigned index = pick(4); index > 0; --index) {
            PortName port{
                fixture::port_address(index),
                InterfaceName::parse(free[index]).value(),
                {"config.toml", index, 1}};
            if (one_in(3)) {
                port.match = card(index);
            }
            names.ports.push_back(port);
        }
    }

    std::mt19937 random_;
    std::vector<std::string> names_;
    std::vector<unsigned> cards_ = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
};

std::vector<const NetworkFunction*> all(const Observed& node) {
    std::vector<const NetworkFunction*> functions;
    for (const auto& function : node.functions) {
        functions.push_back(&function);
    }
    return functions;
}

std::vector<PlannedStep> names_steps(const Case& now) {
    const Plan plan = make_plan(now.config, now.node, {});
    const Phase* const phase = fixture::find_phase(plan, PhaseName::names);
    return phase == nullptr ? std::vector<PlannedStep>() : phase->steps;
}

std::string text_of(const std::vector<PlannedStep>& steps) {
    std::string text;
    for (const auto& planned : steps) {
        text += describe(planned.step) + ": " + planned.reason + "\n";
        if (const auto* const file = std::get_if<WriteLinkFile>(&planned.step)) {
            text += file->content;
        } else if (const auto* const names = std::get_if<RememberNames>(&planned.step)) {
            text += names->content;
        }
    }
    return text;
}

/// What the plan writes, read by the words between the quotes.
NameRecord record_in(const std::string& text) {
    NameRecord record;
    std::vector<std::string> words;
    for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
        const auto end = text.find('"', at + 1);
        words.push_back(text.substr(at + 1, end - at - 1));
        at = end;
        if (text[end + 2] == ']') {
            const auto mac = MacAddress::parse(words[2]);
            record.push_back(
                {PciAddress::parse(words[0]).value(),
                 mac ? std::optional(*mac) : std::nullopt,
                 words[1],
                 {words.begin() + 3, words.end()}}
            );
            words.clear();
        }
    }
    std::ranges::sort(record, {}, &RememberedName::slot);
    return record;
}

/// What the node comes to when the steps are carried out and every name can be given.
void carry_out(Case& now, const std::vector<PlannedStep>& steps, bool remember = true) {
    const auto chosen = choose_names(now.config.names, all(now.node), now.node);
    for (const auto& planned : steps) {
        fixture::put_file(now.node, planned.step);
        if (const auto* const gone = std::get_if<RemoveLinkFile>(&planned.step)) {
            now.node.generated_files.erase(gone->path);
        }
        if (const auto* const names = std::get_if<RememberNames>(&planned.step);
            names != nullptr && remember) {
            now.node.remembered = record_in(names->content);
            now.node.names_text = names->content;
        }
    }
    for (std::size_t index = 0; index < chosen.size(); ++index) {
        auto& interfaces = now.node.functions[index].interfaces;
        if (!chosen[index].name.empty() && chosen[index].owner.empty() && !interfaces.empty()) {
            interfaces.front().name = chosen[index].name;
            interfaces.front().initialised = true;
            interfaces.front().link_file = link_file_path(now.node.functions[index].address);
            interfaces.front().link_gives.clear();
        }
    }
}

void expect_no_conflict(const Case& now) {
    std::set<std::string> given;
    for (const auto& port : choose_names(now.config.names, all(now.node), now.node)) {
        std::set<std::string> names(port.also.begin(), port.also.end());
        if (!port.name.empty()) {
            EXPECT_TRUE(names.insert(port.name).second) << port.name << " is its own alternative";
        }
        EXPECT_TRUE(port.name.empty() || !port.problem) << port.reason;
        EXPECT_FALSE(port.reason.empty()) << port.name;
        for (const auto& name : names) {
            EXPECT_TRUE(!port.owner.empty() || InterfaceName::parse(name)) << name;
            EXPECT_TRUE(given.insert(name).second) << name << " is given twice";
            EXPECT_FALSE(now.node.other_interfaces.contains(name)) << name << " is somebody else's";
        }
    }
}

void expect_sound(const NameRecord& record) {
    for (std::size_t i = 0; i < record.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            EXPECT_NE(record[i].slot, record[k].slot);
            EXPECT_NE(record[i].name, record[k].name);
            EXPECT_FALSE(record[i].mac && record[i].mac == record[k].mac)
                << record[i].mac->to_string();
        }
    }
}

template <typename Check>
void for_every_case(Check check) {
    for (unsigned seed = 1; seed <= cases && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Generator generator(seed);
        check(generator.make(), generator);
    }
}

TEST(NamesProperty, NoNameIsGivenTwiceNorTakenFromSomebodyElse) {
    for_every_case([](Case now, Generator&) { expect_no_conflict(now); });
}

TEST(NamesProperty, TheSamePortsGetTheSameNames) {
    for_every_case([](Case now, Generator&) {
        const std::string first = text_of(names_steps(now));
        const Case copy = now;
        EXPECT_EQ(text_of(names_steps(copy)), first);
    });
}

std::vector<std::string> names_given(const Case& now) {
    std::vector<std::string> names;
    for (const auto& port : choose_names(now.config.names, all(now.node), now.node)) {
        names.push_back(port.name);
    }
    return names;
}

/// What is left to do after the steps have been carried out: at most an alternative name that has
/// become free with what is remembered no more, and after that nothing.
void expect_settled(Case now, const std::string& history) {
    const auto names = names_given(now);
    const auto rest = names_steps(now);
    for (const auto& planned : rest) {
        const auto* const file = std::get_if<WriteLinkFile>(&planned.step);
        const auto* const before =
            file == nullptr ? nullptr : &now.node.generated_files[file->path];
        EXPECT_TRUE(
            file == nullptr || name_in_link_file(*before) == name_in_link_file(file->content)
        ) << text_of(rest)
          << "after\n"
          << history;
        EXPECT_FALSE(std::holds_alternative<RemoveLinkFile>(planned.step)) << history;
        EXPECT_FALSE(std::holds_alternative<AwaitPorts>(planned.step)) << history;
    }
    carry_out(now, rest);
    EXPECT_EQ(names_given(now), names) << history;
    EXPECT_EQ(text_of(names_steps(now)), "") << "after\n" << history << "and\n" << text_of(rest);
}

TEST(NamesProperty, ASecondPlanningChangesNoNameAndAThirdNothing) {
    unsigned settled = 0;
    for_every_case([&](Case now, Generator&) {
        const auto first = names_steps(now);
        carry_out(now, first);
        expect_sound(now.node.remembered);
        expect_no_conflict(now);
        settled += names_steps(now).empty() ? 1 : 0;
        expect_settled(now, text_of(first));
    });
    EXPECT_GT(settled, cases * 95 / 100) << "a second planning is nearly always empty";
    std::printf("%u of %u cases are settled after the first planning\n", settled, cases);
}

TEST(NamesProperty, WhereNothingCanBeRememberedTheNamesStayAllTheSame) {
    for_every_case([](Case now, Generator&) {
        const auto first = names_given(now);
        carry_out(now, names_steps(now), false);
        EXPECT_EQ(names_given(now), first);
    });
}

/// What nobody had seen may turn a memory over: a name can then only be learnt in the next
/// planning.
TEST(NamesProperty, PortsThatAppearLaterComeToNamesThatStay) {
    for_every_case([](Case now, Generator& generator) {
        carry_out(now, names_steps(now));
        generator.appear(now.node);
        carry_out(now, names_steps(now));
        expect_no_conflict(now);
        const auto third = names_steps(now);
        carry_out(now, third);
        expect_no_conflict(now);
        expect_settled(now, text_of(third));
    });
}

}  // namespace
}  // namespace onload_node
