// SPDX-License-Identifier: BSD-2-Clause
#include "base/handle.hpp"
#include "system/systemd/journal.hpp"
#include "unit/system/files/temporary_directory.hpp"

#include <array>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace onload_node {
namespace {

using Strings = std::vector<std::string>;

PlannedStep unload_sfc() {
    return {
        UnloadModule{ModuleName::parse("sfc").value(), false}, "the staged driver takes its place"};
}

/// Receives what sd_notify(3) sends, as systemd would.
class NotifySocket final {
public:
    NotifySocket()
        : path_(directory_.path("/notify")), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
        EXPECT_EQ(
            ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0
        );
        EXPECT_EQ(::setenv("NOTIFY_SOCKET", path_.c_str(), 1), 0);
    }

    ~NotifySocket() { ::unsetenv("NOTIFY_SOCKET"); }

    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    std::string receive() {
        std::array<char, 1024> buffer{};
        const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    fixture::TemporaryDirectory directory_;
    std::string path_;
    UniqueFd fd_;
};

TEST(JournalEntry, HasAFieldForAllThatIsKnown) {
    const JournalEntry entry{
        .priority = Priority::error,
        .message = "it failed",
        .id = message_id::step_failed,
        .phase = "driver",
        .step = "bind functions",
        .why = "in the way",
        .reason = "undone",
        .subject = {{"sfc"}, {"0000:08:00.0", "0000:08:00.1"}, {"ens8f0"}, {"chronyd.service"}},
        .duration = Milliseconds(12)};
    EXPECT_EQ(
        journal_fields(entry),
        (Strings{
            "MESSAGE=it failed",
            "PRIORITY=3",
            "SYSLOG_IDENTIFIER=onload-node",
            "OBJECT_SYSTEMD_UNIT=onload-node.service",
            "MESSAGE_ID=" + std::string(message_id::step_failed),
            "ONLOAD_NODE_PHASE=driver",
            "ONLOAD_NODE_STEP=bind functions",
            "ONLOAD_NODE_WHY=in the way",
            "ONLOAD_NODE_REASON=undone",
            "ONLOAD_NODE_MODULE=sfc",
            "ONLOAD_NODE_PCI=0000:08:00.0",
            "ONLOAD_NODE_PCI=0000:08:00.1",
            "ONLOAD_NODE_INTERFACE=ens8f0",
            "ONLOAD_NODE_UNIT=chronyd.service",
            "ONLOAD_NODE_DURATION_MS=12",
        })
    );
    EXPECT_EQ(journal_fields({.priority = Priority::notice, .message = "hello"}).size(), 4U);
}

TEST(JournalProgress, TellsEveryEventOnStandardError) {
    ::unsetenv("JOURNAL_STREAM");
    JournalProgress progress;
    testing::internal::CaptureStderr();
    progress.beginning({PhaseName::driver, {unload_sfc(), unload_sfc()}});
    progress.starting(unload_sfc());
    progress.done(unload_sfc(), Milliseconds(310));
    progress.failed(unload_sfc(), {ErrorCode::busy, "sfc is in use {} %s"});
    progress.undoing(StartUnit{"chronyd.service"});
    progress.undo_failed(StartUnit{"chronyd.service"}, {ErrorCode::io, "no"});
    progress.notice("all is well");
    progress.detail("and this is why");
    progress.concluding(State::in_tree, ReasonCode::undone, "in-tree: it failed");
    EXPECT_EQ(
        testing::internal::GetCapturedStderr(),
        "driver: 2 steps: the staged driver takes its place\n"
        "unload sfc: the staged driver takes its place\n"
        "done: unload sfc (310 ms)\n"
        "error: failed: unload sfc: sfc is in use {} %s\n"
        "warning: taking back: start chronyd.service\n"
        "error: cannot take back: start chronyd.service: no\n"
        "all is well\n"
        "and this is why\n"
        "in-tree: it failed\n"
    );
}

TEST(JournalProgress, GoesToStandardErrorWhenTheJournalStreamIsAnother) {
    ASSERT_EQ(::setenv("JOURNAL_STREAM", "1:2", 1), 0);
    JournalProgress progress;
    testing::internal::CaptureStderr();
    progress.notice("redirected");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "redirected\n");
    ::unsetenv("JOURNAL_STREAM");
}

TEST(JournalProgress, ShowsTheStepAsStatus) {
    NotifySocket socket;
    JournalProgress progress;
    testing::internal::CaptureStderr();
    progress.starting(unload_sfc());
    EXPECT_EQ(socket.receive(), "STATUS=unload sfc");
    progress.undoing(StartUnit{"chronyd.service"});
    EXPECT_EQ(socket.receive(), "STATUS=taking back: start chronyd.service");
    progress.notice("not a step");
    EXPECT_EQ(socket.receive(), "nothing");
    static_cast<void>(testing::internal::GetCapturedStderr());
}

TEST(Notify, SendsOneAssignmentWhateverTheText) {
    NotifySocket socket;
    notify_status("two\nREADY=1");
    EXPECT_EQ(socket.receive(), "STATUS=two READY=1");
    notify_ready();
    EXPECT_EQ(socket.receive(), "READY=1");
}

}  // namespace
}  // namespace onload_node
