// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

namespace onload_node::fixture {

/// A directory of its own for a test; removed with all that is in it.
class TemporaryDirectory final {
public:
    TemporaryDirectory() {
        std::string name =
            (std::filesystem::temp_directory_path() / "onload-node-test.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("cannot make a temporary directory");
        }
        path_ = name;
        // What the product is to trust must not depend on the umask of who runs the tests.
        ::umask(022);
    }

    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    /// "" or a path that begins with '/'.
    [[nodiscard]] std::string path(const std::string& below = "") const { return path_ + below; }

    /// Writes a file and makes its directories; returns where it lies.
    std::string put(const std::string& below, const std::string& content) const {
        return put(below, std::as_bytes(std::span(content)));
    }

    std::string put(const std::string& below, std::span<const std::byte> content) const {
        const std::string file = path(below);
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream stream(file, std::ios::binary);
        stream.write(
            reinterpret_cast<const char*>(content.data()),
            static_cast<std::streamsize>(content.size())
        );
        if (!stream) {
            throw std::runtime_error("cannot write " + file);
        }
        return file;
    }

private:
    std::string path_;
};

}  // namespace onload_node::fixture
