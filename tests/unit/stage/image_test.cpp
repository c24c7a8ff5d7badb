// SPDX-License-Identifier: BSD-2-Clause
#include "stage/image.hpp"
#include "unit/stage/tar_writer.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace onload_node::image_test {
namespace {

/// Answers as podman does, and notes what it is asked.
class FakePodman final : public Programs {
public:
    [[nodiscard]] bool available(const std::string& /*name*/) const override { return there; }

    Result<ProgramEnd> run(const std::vector<std::string>& words, Milliseconds /*limit*/) override {
        asked.push_back(joined(words));
        if (words[1] == "pull") {
            return ProgramEnd{complaint.empty() ? 0 : 125, "0123abcd\n", complaint};
        }
        if (words[1] == "image" && words[2] == "exists") {
            return ProgramEnd{was_there ? 0 : 1, "", ""};
        }
        return ProgramEnd{0, words[1] == "image" ? "sha256:77\n" : "", ""};
    }

    Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& words, Milliseconds /*limit*/) override {
        asked.push_back(joined(words));
        return std::make_unique<fixture::TextStream>("files");
    }

    [[nodiscard]] bool was_asked(const std::string& command) const {
        return std::ranges::find(asked, command) != asked.end();
    }

    static std::string joined(const std::vector<std::string>& words) {
        std::string text;
        for (const auto& word : words) {
            text += (text.empty() ? "" : " ") + word;
        }
        return text;
    }

    bool there = true;
    bool was_there = false;
    std::string complaint;
    std::vector<std::string> asked;
};

const Source reference{SourceKind::image, "host:5000/a/m:1", "host:5000/a/m:1"};
const Source archive{SourceKind::oci_archive, "oci-archive:/m.tar", "/m.tar"};

TEST(PulledImage, IsUnpackedAndLeavesNothing) {
    FakePodman podman;
    {
        auto image = PulledImage::pull(podman, reference, {"/auth.json", true});
        ASSERT_TRUE(image) << image.error().message;
        EXPECT_EQ(image->digest(), "sha256:77");
        ASSERT_TRUE(image->files());
        EXPECT_TRUE(podman.was_asked(
            "podman pull --quiet --tls-verify=true --authfile=/auth.json docker://host:5000/a/m:1"
        ));
        EXPECT_TRUE(podman.was_asked("podman export onload-node-stage"));
        EXPECT_FALSE(podman.was_asked("podman rmi 0123abcd"));
        podman.asked.clear();
    }
    EXPECT_TRUE(podman.was_asked("podman rm --force --ignore onload-node-stage"));
    EXPECT_TRUE(podman.was_asked("podman rmi 0123abcd"));
}

TEST(PulledImage, StaysWhenItWasThereBefore) {
    FakePodman podman;
    podman.was_there = true;
    ASSERT_TRUE(PulledImage::pull(podman, reference, {"", false}));
    EXPECT_TRUE(podman.was_asked("podman pull --quiet --tls-verify=false docker://host:5000/a/m:1")
    );
    EXPECT_FALSE(podman.was_asked("podman rmi 0123abcd"));
}

TEST(PulledImage, AsksNoRegistryForAnArchive) {
    FakePodman podman;
    ASSERT_TRUE(PulledImage::pull(podman, archive, {"/auth.json", false}));
    EXPECT_TRUE(podman.was_asked("podman pull --quiet oci-archive:/m.tar"));
}

TEST(PulledImage, NeedsPodman) {
    FakePodman podman;
    podman.there = false;
    const auto image = PulledImage::pull(podman, reference, {});
    ASSERT_FALSE(image);
    EXPECT_NE(image.error().message.find("no podman here; stage a tar"), std::string::npos);
}

TEST(PulledImage, ExplainsWhatPodmanComplainsOf) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"Error: initializing source: reading manifest 1 in host:5000/a/m: manifest unknown",
         "no such image"},
        {"Error: unauthorized: authentication required",
         "wants credentials; they are read from /auth.json"},
        {"Error: pinging: tls: failed to verify certificate: x509: certificate signed by unknown "
         "authority",
         "ca.crt"},
        {"Error: dial tcp 127.0.0.1:5000: connect: connection refused", "does not answer"},
        {"Error: writing blob: write /var/x: no space left on device", "disk is full"},
        {"Error: copying: unexpected EOF", "in the middle"},
        {"first\nError: something new", "podman: Error: something new"},
    };
    for (const auto& [complaint, part] : cases) {
        FakePodman podman;
        podman.complaint = complaint;
        const auto image = PulledImage::pull(podman, reference, {"/auth.json", true});
        ASSERT_FALSE(image);
        EXPECT_NE(image.error().message.find(part), std::string::npos) << image.error().message;
        EXPECT_NE(image.error().message.find("host:5000/a/m:1"), std::string::npos);
        EXPECT_EQ(image.error().message.find("first"), std::string::npos)
            << "only podman's last line";
    }
}

}  // namespace
}  // namespace onload_node::image_test
