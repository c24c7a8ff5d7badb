// SPDX-License-Identifier: BSD-2-Clause
// The undo log of a run that may have been anything: what is understood is saved as it was read.
#include "core/names.hpp"
#include "run/undo_log.hpp"
#include "target.hpp"

using namespace onload_node;

namespace {

/// The undo log is the only file there is.
class OneFile final : public Files {
public:
    explicit OneFile(std::string content) : content_(std::move(content)) {}

    [[nodiscard]] Result<std::string> read(const std::string& path) const override {
        return exists(path) ? Result<std::string>(content_) : failure(ErrorCode::not_found, path);
    }

    [[nodiscard]] Result<void> write(const std::string& path, const std::string& content) override {
        content_ = content;
        there_ = path == names::undo_log;
        return {};
    }

    [[nodiscard]] Result<void> remove(const std::string&) override {
        there_ = false;
        return {};
    }

    [[nodiscard]] std::vector<std::string> list(const std::string&) const override { return {}; }

    [[nodiscard]] bool exists(const std::string& path) const override {
        return there_ && path == names::undo_log;
    }

    [[nodiscard]] bool executable(const std::string&) const override { return false; }

private:
    std::string content_;
    bool there_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    OneFile file(fuzz::text_of(data, size));
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
