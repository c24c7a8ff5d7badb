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
        if ((words[1] == "rm" || words[1] == "rmi") && ending) {
            ending = false;
            return failure(ErrorCode::io, "told to end while podman ran");
        }
        if (words[1] == "pull" && cut_off) {
            return failure(ErrorCode::timeout, "podman did not come to its end in time");
        }
        if (words[1] == "pull") {
            return ProgramEnd{complaint.empty() ? 0 : 125, "0123abcd\n", complaint};
        }
        if (words[1] == "images" && words[2] == "--quiet") {
            return ProgramEnd{0, words.back() == left_over ? "sha256:77\n" : "", ""};
        }
        if (words[1] == "images" && unlisted) {
            return failure(ErrorCode::io, "told to end while podman ran");
        }
        if (words[1] == "images") {
            const bool pulled = was_asked_for("podman pull");
            return ProgramEnd{0, before + (pulled ? after : ""), ""};
        }
        if (words[1] == "image" && words[2] == "exists") {
            return ProgramEnd{stored ? 0 : 1, "", ""};
        }
        const bool sized = std::ranges::find(words, "{{.Digest}}={{.Size}}") != words.end();
        return ProgramEnd{0, sized ? sizes + "\n" : words[1] == "image" ? "sha256:77\n" : "", ""};
    }

    Result<std::unique_ptr<ByteStream>>
    stream(const std::vector<std::string>& words, Milliseconds /*limit*/) override {
        asked.push_back(joined(words));
        return std::make_unique<fixture::TextStream>("files");
    }

    [[nodiscard]] bool was_asked(const std::string& command) const {
        return std::ranges::find(asked, command) != asked.end();
    }

    [[nodiscard]] bool was_asked_for(const std::string& begin) const {
        return std::ranges::any_of(asked, [&](const std::string& words) {
            return words.starts_with(begin);
        });
    }

    static std::string joined(const std::vector<std::string>& words) {
        std::string text;
        for (const auto& word : words) {
            text += (text.empty() ? "" : " ") + word;
        }
        return text;
    }

    bool there = true;
    bool stored = false;
    bool ending = false;    ///< somebody ends us while something is taken away
    bool unlisted = false;  ///< somebody ends us while the images are listed
    bool cut_off = false;   ///< a pull is, with its image in the storage already
    std::string left_over;  ///< the name of an image that a killed run has pulled
    std::string before;     ///< lines of `podman images`; a pull adds others
    std::string after = "sha256:0123abcd=host:5000/a/m:1\n";
    std::string complaint;
    std::string sizes = "sha256:77=123456789012";
    std::vector<std::string> asked;
};

const Source reference{SourceKind::image, "host:5000/a/m:1", "host:5000/a/m:1"};
const Source archive{SourceKind::oci_archive, "oci-archive:/m.tar", "/m.tar"};
constexpr const char* unpacked_here = "localhost/var/lib/onload-node/pull/layout:latest";

TEST(PulledImage, IsUnpackedAndLeavesNothing) {
    FakePodman podman;
    {
        auto image = PulledImage::get(podman, reference, {"/auth.json", true});
        ASSERT_TRUE(image) << image.error().message;
        EXPECT_EQ(image->digest(), "sha256:77");
        EXPECT_EQ(image->size(), 123456789012U);
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

TEST(PulledImage, HasNoSizeWherePodmanTellsNone) {
    for (const std::string told : {"sha256:77", "sha256:77=", "sha256:77=<no value>", ""}) {
        FakePodman podman;
        podman.sizes = told;
        const auto image = PulledImage::get(podman, reference, {});
        ASSERT_TRUE(image) << image.error().message;
        EXPECT_EQ(image->digest(), told.substr(0, 9));
        EXPECT_EQ(image->size(), 0U);
    }
}

TEST(PulledImage, GoesWhenSomebodyEndsUsWhileItGoes) {
    FakePodman podman;
    podman.stored = false;
    {
        const auto image = PulledImage::get(podman, reference, {});
        ASSERT_TRUE(image);
        podman.asked.clear();
        podman.ending = true;
    }
    EXPECT_EQ(std::ranges::count(podman.asked, "podman rm --force --ignore onload-node-stage"), 2);
    EXPECT_TRUE(podman.was_asked("podman rmi 0123abcd"));
}

TEST(PulledImage, IsNotPulledWhereNobodyWouldKnowWhatIsNew) {
    FakePodman podman;
    podman.unlisted = true;
    const auto image = PulledImage::get(podman, reference, {});
    ASSERT_FALSE(image);
    EXPECT_NE(image.error().message.find("told to end"), std::string::npos);
    EXPECT_FALSE(podman.was_asked_for("podman pull"));
}

TEST(PulledImage, GoesWhenItsPullWasCutOffAtTheVeryEnd) {
    const Source pinned{SourceKind::image, "r.io:5/a/m@sha256:12", "r.io:5/a/m@sha256:12"};
    for (const auto& [source, name] : std::vector<std::pair<Source, std::string>>{
             {reference, "host:5000/a/m:1"},
             {pinned, "r.io:5/a/m:<none>"},
             {archive, "<none>:<none>"},
             {archive, unpacked_here}}) {
        FakePodman podman;
        podman.cut_off = true;
        podman.before = "sha256:77=host:5000/a/m:1\nsha256:78=<none>:<none>\n";
        podman.after =
            "sha256:99=quay.io/kubelet/pulls:1\nsha256:98=host:5000/a/mine:1\nsha256:0123abcd=" +
            name + "\n";
        EXPECT_FALSE(PulledImage::get(podman, source, {}));
        EXPECT_TRUE(podman.was_asked("podman rmi sha256:0123abcd"));
        for (const char* const others : {"77", "78", "98", "99"}) {
            EXPECT_FALSE(podman.was_asked_for(std::string("podman rmi sha256:") + others));
        }
    }
}

TEST(PulledImage, StaysWhenItWasThereBefore) {
    FakePodman podman;
    podman.before = "sha256:0123abcd=host:5000/a/m:1\nsha256:77=other:1\n";
    podman.after = "";
    ASSERT_TRUE(PulledImage::get(podman, reference, {"", false}));
    EXPECT_TRUE(podman.was_asked("podman pull --quiet --tls-verify=false docker://host:5000/a/m:1")
    );
    EXPECT_FALSE(podman.was_asked_for("podman rmi"));
    EXPECT_FALSE(podman.was_asked_for("podman untag"));
}

/// An archive may hold an image that somebody has loaded already.
TEST(PulledImage, LosesOnlyItsNewNameWhenItWasThereUnderAnother) {
    for (const std::string before :
         {"sha256:0123abcd=mine:1\n", "sha256:0123abcd=<none>:<none>\n"}) {
        FakePodman podman;
        podman.before = before;
        podman.after = "sha256:0123abcd=localhost/m:latest\n";
        ASSERT_TRUE(PulledImage::get(podman, archive, {}));
        EXPECT_FALSE(podman.was_asked_for("podman rmi"));
        EXPECT_TRUE(podman.was_asked("podman untag 0123abcd localhost/m:latest"));
        EXPECT_FALSE(podman.was_asked("podman untag 0123abcd mine:1"));
    }
}

TEST(PulledImage, GoesWhenAKilledRunHasLeftItWithoutAName) {
    FakePodman podman;
    podman.before = "sha256:0123abcd=<none>:<none>\n";
    podman.after = "";
    ASSERT_TRUE(PulledImage::get(podman, archive, {}));
    EXPECT_TRUE(podman.was_asked("podman rmi 0123abcd"));
}

/// The image may be the node's own, and then it has another name as well.
TEST(PulledImage, LosesTheNameOfAKilledRunOnly) {
    FakePodman podman;
    podman.left_over = unpacked_here;
    podman.stored = true;
    ASSERT_TRUE(PulledImage::get(podman, reference, {}));
    EXPECT_TRUE(podman.was_asked(std::string("podman rmi ") + unpacked_here));
    EXPECT_FALSE(podman.was_asked_for("podman rmi sha256:77"));
    EXPECT_FALSE(podman.was_asked_for("podman untag"));
}

/// The note of a run that is over, and of this one.
class Note final : public PullNote {
public:
    [[nodiscard]] std::string left() const override { return before; }

    void keep(const std::string& text) override { kept = text; }

    std::string before;
    std::string kept;
};

TEST(PulledImage, GoesWhenARunWasKilledAsItHadPulledIt) {
    FakePodman podman;
    podman.stored = true;
    Note note;
    note.before = "host:5000/a/m:1\nsha256:55=other:1\n";
    ASSERT_TRUE(PulledImage::get(podman, reference, {}, &note));
    EXPECT_TRUE(podman.was_asked("podman rmi host:5000/a/m:1"));
}

TEST(PulledImage, StaysWhenItWasThereBeforeTheKilledRun) {
    FakePodman podman;
    podman.stored = true;
    Note note;
    // What the fake calls the image's id.
    note.before = "host:5000/a/m:1\nsha256:77=host:5000/a/m:1\n";
    ASSERT_TRUE(PulledImage::get(podman, reference, {}, &note));
    EXPECT_FALSE(podman.was_asked_for("podman rmi"));
}

TEST(PulledImage, IsNotedBeforeItIsPulled) {
    FakePodman podman;
    podman.before = "sha256:55=other:1\n";
    Note note;
    ASSERT_TRUE(PulledImage::get(podman, reference, {}, &note));
    EXPECT_EQ(note.kept, "host:5000/a/m:1\nsha256:55=other:1\n");
    EXPECT_FALSE(podman.was_asked_for("podman rmi host")) << "no earlier run was killed";
}

/// Podman makes an image first, and names it then.
TEST(PulledImage, GoesWhenARunWasKilledBeforePodmanHadNamedIt) {
    for (const auto& [source, name] : std::vector<std::pair<Source, std::string>>{
             {archive, unpacked_here}, {reference, "host:5000/a/m:1"}}) {
        FakePodman podman;
        podman.before = "sha256:55=<none>:<none>\nsha256:0123abcd=<none>:<none>\n";
        podman.after = "sha256:0123abcd=" + name + "\n";
        Note note;
        note.before = "\nsha256:55=<none>:<none>\n";
        ASSERT_TRUE(PulledImage::get(podman, source, {}, &note));
        EXPECT_TRUE(podman.was_asked("podman rmi 0123abcd"));
        EXPECT_FALSE(podman.was_asked_for("podman rmi sha256:55"));
        EXPECT_TRUE(note.kept.ends_with("\nsha256:55=<none>:<none>\n"))
            << "nor does one that is killed now take it for the node's: " << note.kept;
    }
}

TEST(PulledImage, StaysWithoutANameWhenItWasThereBeforeTheKilledRun) {
    FakePodman podman;
    podman.before = "sha256:0123abcd=<none>:<none>\n";
    podman.after = std::string("sha256:0123abcd=") + unpacked_here + "\n";
    Note note;
    note.before = "\nsha256:0123abcd=<none>:<none>\n";
    ASSERT_TRUE(PulledImage::get(podman, archive, {}, &note));
    EXPECT_FALSE(podman.was_asked_for("podman rmi 0123abcd"));
    EXPECT_TRUE(podman.was_asked(std::string("podman untag 0123abcd ") + unpacked_here));
    EXPECT_EQ(note.kept, note.before);
}

TEST(PulledImage, IsNotNotedWherePodmanDoesNotTellWhatItHas) {
    FakePodman podman;
    podman.before = std::string(std::size_t{64} * 1024, 'x');
    Note note;
    ASSERT_TRUE(PulledImage::get(podman, reference, {}, &note));
    EXPECT_EQ(note.kept, "");
}

TEST(PulledImage, StaysWhenPodmanDoesNotTellWhatItHas) {
    FakePodman podman;
    podman.before = std::string(std::size_t{64} * 1024, 'x');
    ASSERT_TRUE(PulledImage::get(podman, archive, {}));
    EXPECT_FALSE(podman.was_asked_for("podman rmi"));
    EXPECT_FALSE(podman.was_asked_for("podman untag"));
}

TEST(StoredImage, IsUsedAsItIsAndStays) {
    FakePodman podman;
    podman.stored = true;
    {
        const auto image = PulledImage::get(podman, reference, {});
        ASSERT_TRUE(image && image->was_stored());
        EXPECT_EQ(image->digest(), "sha256:77");
        EXPECT_TRUE(podman.was_asked_for("podman create --pull=never"));
    }
    EXPECT_TRUE(podman.was_asked("podman rm --force --ignore onload-node-stage"));
    EXPECT_FALSE(podman.was_asked_for("podman pull"));
    EXPECT_FALSE(podman.was_asked_for("podman rmi"));
    EXPECT_FALSE(podman.was_asked_for("podman untag"));
}

/// Else what a killed run has pulled would count as the node's own, and be used for good.
TEST(StoredImage, IsNoneThatAKilledRunHasLeft) {
    FakePodman podman;
    podman.left_over = "localhost/onload-node-stage:pulled";
    ASSERT_TRUE(PulledImage::get(podman, reference, {}));
    const auto place = [&](const std::string& words) {
        return std::ranges::find(podman.asked, words) - podman.asked.begin();
    };
    EXPECT_LT(place("podman rmi sha256:77"), place("podman image exists host:5000/a/m:1"))
        << "it is gone before the storage is asked";
    EXPECT_LT(
        place("podman untag sha256:77 localhost/onload-node-stage:pulled"),
        place("podman rmi sha256:77")
    );
}

TEST(PulledImage, IsMarkedUntilItIsGone) {
    FakePodman podman;
    ASSERT_TRUE(PulledImage::get(podman, reference, {}));
    EXPECT_TRUE(podman.was_asked("podman tag 0123abcd localhost/onload-node-stage:pulled"));
    EXPECT_TRUE(podman.was_asked("podman untag 0123abcd localhost/onload-node-stage:pulled"));
    EXPECT_TRUE(podman.was_asked("podman rmi 0123abcd"));
}

TEST(StoredImage, IsNotLookedForWhereARegistryIsDemanded) {
    FakePodman podman;
    podman.stored = true;
    const Source demanded{SourceKind::registry, "docker://host:5000/a/m:1", "host:5000/a/m:1"};
    const auto image = PulledImage::get(podman, demanded, {});
    ASSERT_TRUE(image);
    EXPECT_FALSE(image->was_stored());
    EXPECT_TRUE(podman.was_asked("podman pull --quiet docker://host:5000/a/m:1"))
        << "which certificates are checked says registries.conf";
}

TEST(StoredImage, IsDemandedByItsId) {
    FakePodman podman;
    const auto image = PulledImage::get(podman, {SourceKind::stored, "0123", "0123"}, {});
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::not_found);
    EXPECT_EQ(image.error().message, "0123: podman's storage has no such image");
    EXPECT_FALSE(podman.was_asked_for("podman pull"));
}

TEST(PulledImage, AsksNoRegistryForAnArchive) {
    FakePodman podman;
    ASSERT_TRUE(PulledImage::get(podman, archive, {"/auth.json", false}));
    EXPECT_TRUE(podman.was_asked("podman pull --quiet oci-archive:/m.tar"));
}

TEST(PulledImage, NeedsPodman) {
    FakePodman podman;
    podman.there = false;
    const auto image = PulledImage::get(podman, reference, {});
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
        {"Error: reading manifest 4 in r.io/a: toomanyrequests: slow down", "asked too often"},
        {"Error: reading manifest 4 in r.io/a: StatusCode: 429, slow down", "asked too often"},
        {"Error: reading manifest 4 in r.io/a: StatusCode: 403, <html>", "refuses"},
        {"Error: reading manifest 4 in r.io/a: StatusCode: 404, <html>", "has no such image"},
        {"Error: reading manifest 4 in r.io/a: received unexpected HTTP status: 500 Internal "
         "Server "
         "Error",
         "the registry fails"},
        {"Error: initializing source: Manifest does not match provided manifest digest sha256:12",
         "its content is not what its digest says"},
        {"Error: choosing an image from manifest list docker://host:5000/a/m:1: no image found in "
         "manifest list for architecture amd64, variant \"\", OS linux",
         "it is for other processors"},
        {"first\nError: something new", "podman: Error: something new"},
    };
    for (const auto& [complaint, part] : cases) {
        FakePodman podman;
        podman.complaint = complaint;
        const auto image = PulledImage::get(podman, reference, {"/auth.json", true});
        ASSERT_FALSE(image);
        EXPECT_NE(image.error().message.find(part), std::string::npos) << image.error().message;
        EXPECT_NE(image.error().message.find("host:5000/a/m:1"), std::string::npos);
        EXPECT_EQ(image.error().message.find("first"), std::string::npos)
            << "only podman's last line";
    }
}

TEST(PulledImage, ExplainsWhatEachMirrorSaid) {
    FakePodman podman;
    podman.complaint =
        "time=\"now\" level=warning msg=\"Failed, retrying in 1s ... (1/3). Error: initializing "
        "source "
        "docker://h/a/m:1: (Mirrors also failed: [one/a/m:1: x509]\\n[two/b/m:1: denied]): "
        "h/a/m:1: no\"\nError: initializing source docker://h/a/m:1: (Mirrors also failed: "
        "[one/a/m:1: "
        "pinging: dial tcp 10.0.0.1:443: i/o timeout]\n[two/b/m:1: reading manifest 1 in two/b/m: "
        "manifest unknown]\n[three/m:1: unexpected [words]]): h/a/m:1: registry h is blocked in "
        "/etc/containers/registries.conf or /etc/containers/registries.conf.d\n";
    const auto image = PulledImage::get(podman, reference, {"/auth.json", true});
    ASSERT_FALSE(image);
    EXPECT_EQ(
        image.error().message,
        "cannot pull host:5000/a/m:1: one/a/m:1: the registry does not answer; podman: pinging: "
        "dial tcp 10.0.0.1:443: i/o timeout; two/b/m:1: the registry has no such image; podman: "
        "reading manifest 1 in two/b/m: manifest unknown; three/m:1: podman: unexpected [words]; "
        "h/a/m:1: registries.conf forbids it; podman: registry h is blocked in "
        "/etc/containers/registries.conf or /etc/containers/registries.conf.d"
    );
    for (const auto* const half : {"(Mirrors also failed: [", "(Mirrors also failed: [a: b]\n["}) {
        podman.complaint = half;
        ASSERT_FALSE(PulledImage::get(podman, reference, {})) << "cut off";
    }
}

TEST(PulledImage, TellsThatNoMirrorWasAsked) {
    FakePodman podman;
    podman.complaint = "Error: dial tcp 127.0.0.1:5000: connect: connection refused";
    const auto said = [&](const Source& source) {
        return PulledImage::get(podman, source, {}).error().message;
    };
    const std::string digest = "host:5000/a/m@sha256:1";
    EXPECT_TRUE(said(reference).ends_with("those for a tag come from an ImageTagMirrorSet)"));
    EXPECT_TRUE(said({SourceKind::image, digest, digest})
                    .ends_with("those for a digest come from an ImageDigestMirrorSet)"));
    EXPECT_EQ(said(archive).find("mirror"), std::string::npos);
}

}  // namespace
}  // namespace onload_node::image_test
