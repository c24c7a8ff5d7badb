// SPDX-License-Identifier: BSD-2-Clause
#include "unit/run/memory_node.hpp"

#include "core/model/paths.hpp"
#include "core/naming/port_names.hpp"
#include "run/guard.hpp"
#include "run/previous_set.hpp"
#include "run/records.hpp"
#include "stage/record.hpp"
#include "stage/set_record.hpp"

namespace onload_node::fixture {

namespace {

/// The simulation would spend most of its time on reading the same few records over and over.
void read_names(Observed& observed, const Files& files) {
    static Observed last;
    const auto text = files.read(paths::names_file);
    if (!text || *text != last.names_text) {
        read_name_record(last, files);
    }
    observed.remembered = last.remembered;
    observed.names_text = last.names_text;
    observed.names_problem = last.names_problem;
}

}  // namespace

MemoryNode::MemoryNode(Observed start)
    : start_(std::move(start))
    , node_(start_)
    , files_(node_.generated_files)
    , known_to_udev_(files_) {}

Observed MemoryNode::observed() const {
    Observed now = node_;
    now.generated_files.clear();
    for (const auto& [path, content] : files_) {
        const bool link = path.compare(0, paths::link_directory.size(), paths::link_directory) == 0;
        if (link || path == paths::autoload_rules || path == paths::time_marker) {
            now.generated_files.emplace(path, content);
        }
    }
    now.load_records = read_load_records(*this);
    read_guard(now, *this);
    read_names(now, *this);
    if (files_.contains(std::string(paths::sets_file))) {
        read_sets(now, *this);
    }
    now.devices.clear();
    if (node_.loaded.contains(ModuleName::parse("onload").value())) {
        now.devices.assign(std::begin(paths::onload_devices), std::end(paths::onload_devices));
    }
    return now;
}

Result<void> MemoryNode::put_set(const std::string& digest) {
    const auto noted = [&](bool unfinished) {
        auto sets = read_set_record(*this).value();
        auto& set = set_entry(sets, node_.kernel, digest);
        set.unfinished = unfinished;
        set.reason.clear();
        StageRecord record;
        record.set(TreeOrigin{node_.kernel, {}, unfinished ? std::string() : digest});
        MemoryNode disk(Observed{});
        static_cast<void>(write_set_record(disk, sets));
        static_cast<void>(write_stage_record(disk, record));
        for (const auto& [path, content] : disk.files()) {
            files_[path] = content;
        }
        return Result<void>();
    };
    TRY(change("begin to put a set in place", [&] {
        node_.staged.modules.clear();
        return noted(true);
    }));
    return change("put a set in place", [&] {
        node_.staged.modules = kept_sets_.at(digest);
        return noted(false);
    });
}

std::string MemoryNode::interfaces() const {
    std::string text;
    for (const auto& function : node_.functions) {
        text += (text.empty() ? "" : " ") +
                (function.interfaces.empty() ? "-" : function.interfaces.front().name);
    }
    return text;
}

std::string MemoryNode::running() const {
    std::string text;
    for (const auto& [name, unit] : node_.units) {
        if (unit.active_state == "active") {
            text += (text.empty() ? "" : " ") + unit.id;
        }
    }
    return text;
}

Result<void> MemoryNode::change(const std::string& what, const Effect& effect) {
    const int call = calls();
    calls_.push_back(what);
    if (coldplug_ && call >= *coldplug_ && !killed_) {
        handle_coldplug();
    }
    const auto decided = fates_.find(call);
    const Fate fate = decided == fates_.end() ? Fate::done : decided->second;
    killed_ = killed_ || fate == Fate::killed;
    history_.push_back(what);
    if (killed_ || fate == Fate::refused) {
        return failure(ErrorCode::io, "made to fail: " + what);
    }
    auto done = effect();
    return fate == Fate::answer_lost ? failure(ErrorCode::io, "answer lost: " + what) : done;
}

Result<std::string> MemoryNode::read(std::string_view path) const {
    const auto found = files_.find(std::string(path));
    return found == files_.end() ? failure(ErrorCode::not_found, std::string(path))
                                 : Result<std::string>(found->second);
}

Result<void> MemoryNode::write(std::string_view path, const std::string& content) {
    return change("write " + std::string(path), [&] {
        files_[std::string(path)] = content;
        return Result<void>();
    });
}

Result<void> MemoryNode::remove(std::string_view path) {
    return change("remove " + std::string(path), [&] {
        files_.erase(std::string(path));
        return Result<void>();
    });
}

std::vector<std::string> MemoryNode::list(std::string_view directory) const {
    std::vector<std::string> entries;
    const std::string folder = std::string(directory) + "/";
    for (const auto& [path, content] : files_) {
        if (path.starts_with(folder)) {
            auto entry = path.substr(folder.size(), path.find('/', folder.size()) - folder.size());
            if (entries.empty() || entries.back() != entry) {
                entries.push_back(std::move(entry));
            }
        }
    }
    return entries;
}

bool MemoryNode::exists(std::string_view path) const {
    return files_.contains(std::string(path));
}

bool MemoryNode::executable(std::string_view path) const {
    return files_.contains(std::string(path));
}

std::optional<LoadedModule> MemoryNode::loaded(const ModuleName& name) const {
    const auto found = node_.loaded.find(name);
    return found == node_.loaded.end() ? std::nullopt : std::optional(found->second);
}

const ModuleFile* MemoryNode::file_of(const LoadModule& step) const {
    const auto& tree = step.origin == Origin::in_tree ? node_.in_tree : node_.staged.modules;
    const auto found = tree.find(step.name);
    return found == tree.end() ? nullptr : &found->second;
}

Result<void> MemoryNode::load(const LoadModule& step, Milliseconds /*limit*/) {
    return change("load " + step.name.str(), [&] { return insert_file(step); });
}

Result<void> MemoryNode::insert_file(const LoadModule& step) {
    if (node_.loaded.contains(step.name)) {
        return failure(ErrorCode::exists, step.name.str() + " is loaded");
    }
    const ModuleFile* const file = file_of(step);
    if (file == nullptr || (step.origin == Origin::out_of_tree && file->sha256 != step.sha256)) {
        return failure(ErrorCode::mismatch, step.path + " is not what was verified");
    }
    for (const auto& needed : file->depends) {
        if (!node_.loaded.contains(needed) && !node_.builtin.contains(needed)) {
            return failure(ErrorCode::not_found, step.name.str() + " needs " + needed.str());
        }
    }
    if (step.origin == Origin::out_of_tree &&
        (failing_init_.contains(step.name) || broken_builds_.contains(file->build_id))) {
        return failure(ErrorCode::io, step.name.str() + ": its init failed");
    }
    for (const auto& parameter : step.parameters) {
        if (refused_parameters_.contains(parameter)) {
            return failure(ErrorCode::io, step.name.str() + ": " + parameter.first + " is refused");
        }
    }
    insert(*file);
    return {};
}

void MemoryNode::insert(const ModuleFile& file) {
    for (const auto& needed : file.depends) {
        if (const auto found = node_.loaded.find(needed); found != node_.loaded.end()) {
            found->second.holders.push_back(file.name);
            ++found->second.use_count;
        }
    }
    node_.loaded.emplace(
        file.name, LoadedModule{file.name, file.origin, file.version, file.build_id, {}, 0, true}
    );
    if (file.name == sfc()) {
        bind_ports();
    }
}

Result<void> MemoryNode::unload(const ModuleName& name, Milliseconds, Milliseconds) {
    return change("unload " + name.str(), [&] { return take_out(name); });
}

Result<void> MemoryNode::take_out(const ModuleName& name) {
    const auto found = node_.loaded.find(name);
    if (found == node_.loaded.end()) {
        return {};
    }
    if (!found->second.holders.empty()) {
        return failure(
            ErrorCode::busy, name.str() + " is used by " + found->second.holders.front().str()
        );
    }
    if (in_use_.contains(name)) {
        return failure(ErrorCode::busy, name.str() + " is in use");
    }
    if (name == sfc() && hanging_exit_ == found->second.origin) {
        return failure(ErrorCode::hung, name.str() + ": its exit hangs");
    }
    node_.loaded.erase(found);
    for (auto& [other, module] : node_.loaded) {
        module.use_count -= static_cast<int>(std::erase(module.holders, name));
    }
    if (name == sfc()) {
        for (auto& function : node_.functions) {
            function.driver.clear();
            function.interfaces.clear();
        }
        if (in_tree_reloads_ > 0 && autoload_blocked()) {
            // An event that udev had begun before the rule was there.
            --in_tree_reloads_;
            insert(node_.in_tree.at(sfc()));
        }
    }
    return {};
}

std::string MemoryNode::name_for(const NetworkFunction& function) const {
    const auto link = known_to_udev_.find(link_file_path(function.address));
    const std::string card = "PermanentMACAddress=";
    if (link != known_to_udev_.end() &&
        (link->second.find(card) == std::string::npos ||
         link->second.find(card + mac_of(function).to_string()) != std::string::npos)) {
        return name_in_link_file(link->second);
    }
    const bool in_tree = node_.loaded.at(sfc()).origin == Origin::in_tree;
    const std::string index = std::to_string(function.address.function);
    return "ens8f" + index + (in_tree ? "" : "np" + index);
}

Result<std::vector<PortOutcome>>
MemoryNode::await(const std::vector<PortExpectation>& ports, Milliseconds) {
    const auto waited = change("await", [&] {
        if (coldplug_) {
            handle_coldplug();
        }
        return Result<void>();
    });
    if (!waited) {
        return tl::unexpected(waited.error());
    }
    std::vector<PortOutcome> outcomes;
    for (const auto& port : ports) {
        for (const auto& function : node_.functions) {
            if (function.address == port.address) {
                outcomes.push_back({function.address, function.driver, {}});
                for (const auto& interface : function.interfaces) {
                    outcomes.back().interfaces.push_back(interface.name);
                }
            }
        }
    }
    return outcomes;
}

Result<void> MemoryNode::trigger_interfaces(const PciAddress& address) {
    return change("trigger " + address.to_string(), [&] {
        for (auto& function : node_.functions) {
            if (function.address == address && !function.interfaces.empty() &&
                !function.interfaces.front().up) {
                function.interfaces.front().name = name_for(function);
            }
        }
        return Result<void>();
    });
}

void MemoryNode::failed(const PlannedStep& step, const Error& error) {
    history_.push_back("failed: " + describe(step.step) + ": " + error.message);
}

void MemoryNode::undoing(const Step& inverse) {
    history_.push_back("undo: " + describe(inverse));
}

void MemoryNode::undo_failed(const Step& inverse, const Error& error) {
    history_.push_back("undo failed: " + describe(inverse) + ": " + error.message);
}

void MemoryNode::notice(const std::string& text) {
    history_.push_back("notice: " + text);
}

void MemoryNode::concluding(State /*state*/, ReasonCode /*code*/, const std::string& text) {
    history_.push_back("notice: " + text);
}

}  // namespace onload_node::fixture
