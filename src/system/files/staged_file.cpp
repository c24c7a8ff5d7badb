// SPDX-License-Identifier: BSD-2-Clause
#include "system/files/staged_file.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

namespace onload_node {

namespace {

constexpr mode_t others_write = S_IWGRP | S_IWOTH;

enum class Place { above_tree, in_tree };

tl::unexpected<Error> unsafe(const std::string& path, const std::string& why) {
    return failure(ErrorCode::mismatch, compose("{} is not safe to load from: {}", path, why));
}

/// "it belongs to user 1000 and its mode is 0775".
std::string seen(const struct stat& status) {
    std::string mode;
    for (unsigned shift = 12; shift > 0; shift -= 3) {
        mode += static_cast<char>('0' + ((status.st_mode >> (shift - 3)) & 7U));
    }
    return compose("it belongs to user {} and its mode is {}", std::to_string(status.st_uid), mode);
}

Result<void> check_place(int fd, const std::string& path, Place place, TrustedOwner trusted) {
    struct stat status {};

    if (::fstat(fd, &status) != 0) {
        return errno_failure("cannot look at " + path, errno);
    }
    if (S_ISLNK(status.st_mode)) {
        return unsafe(path, "it is a symbolic link");
    }
    if (status.st_uid != 0 && status.st_uid != trusted.uid) {
        return unsafe(path, seen(status));
    }
    // In a sticky directory, only the owner of a file can put another in its place.
    const bool sticky = place == Place::above_tree && (status.st_mode & S_ISVTX) != 0;
    if ((status.st_mode & others_write) != 0 && !sticky) {
        return unsafe(path, seen(status));
    }
    return {};
}

/// Goes down from "/" by descriptors, one name at a time: nothing can be exchanged after its check.
class Walk {
public:
    explicit Walk(TrustedOwner trusted)
        : fd_(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)), trusted_(trusted) {}

    Result<void> down(std::string_view path, Place place) {
        while (!path.empty()) {
            const std::string name(take_until(path, "/"));
            if (name.empty()) {
                continue;
            }
            TRY(step(name, place));
        }
        return {};
    }

    /// Opens the file itself, for reading.
    Result<UniqueFd> open(const std::string& name) {
        TRY(step(name, Place::in_tree));
        // Opens what was checked, by its descriptor: its name may lead elsewhere by now.
        const std::string checked =
            compose("{}{}", paths::own_descriptors, std::to_string(fd_.get()));
        UniqueFd file(::open(checked.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!file.valid()) {
            return errno_failure("cannot read " + path_, errno);
        }
        return file;
    }

private:
    Result<void> step(const std::string& name, Place place) {
        path_ += "/" + name;
        if (name == "..") {
            return unsafe(path_, "it leads out of the tree");
        }
        UniqueFd next(::openat(fd_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!next.valid()) {
            return errno_failure("cannot read " + path_, errno);
        }
        fd_ = std::move(next);
        return check_place(fd_.get(), path_, place, trusted_);
    }

    UniqueFd fd_;
    TrustedOwner trusted_;
    std::string path_;
};

/// "/opt" for "/opt/lib/modules/K/extra/sfc.ko". The first match: a shorter root means more checks.
std::string tree_root(const std::string& path) {
    const std::string below = std::string(paths::in_tree_modules) + "/";
    const auto at = path.find(below);
    return path.substr(0, at == std::string::npos ? path.rfind('/') : at);
}

Result<std::string> resolved(const std::string& path) {
    struct Free {
        void operator()(char* text) const { std::free(text); }
    };

    const std::unique_ptr<char, Free> text(::realpath(path.empty() ? "/" : path.c_str(), nullptr));
    if (!text) {
        return errno_failure("cannot read " + path, errno);
    }
    return std::string(text.get());
}

}  // namespace

Result<std::vector<std::byte>> read_staged_file(const std::string& path, TrustedOwner trusted) {
    const std::string root = tree_root(path);
    const auto real_root = TRY(resolved(root));
    const std::string_view below = std::string_view(path).substr(root.size());
    const auto name_at = below.rfind('/');
    Walk walk(trusted);
    TRY(walk.down(real_root, Place::above_tree));
    TRY(walk.down(below.substr(0, name_at), Place::in_tree));
    const auto file = TRY(walk.open(std::string(below.substr(name_at + 1))));
    return read_open_file(file.get(), path);
}

}  // namespace onload_node
