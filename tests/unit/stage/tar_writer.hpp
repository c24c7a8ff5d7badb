// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "core/access/staging_access.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

namespace onload_node::fixture {

/// Makes tar archives, good and bad, byte by byte.
class TarWriter {
public:
    static constexpr std::size_t block = 512;

    TarWriter& file(const std::string& path, const std::string& content, unsigned mode = 0644) {
        return entry('0', path, "", content, mode);
    }

    TarWriter& directory(const std::string& path) { return entry('5', path, "", "", 0755); }

    TarWriter& link(const std::string& path, const std::string& target) {
        return entry('2', path, target, "", 0777);
    }

    TarWriter& hard_link(const std::string& path, const std::string& target) {
        return entry('1', path, target, "", 0644);
    }

    TarWriter& entry(
        char type,
        const std::string& path,
        const std::string& target,
        const std::string& content,
        unsigned mode = 0644
    ) {
        std::string header(block, '\0');
        put(header, 0, path.substr(0, 100));
        put(header, 100, octal(mode, 7));
        put(header, 124, octal(content.size(), 11));
        header[156] = type;
        put(header, 157, target.substr(0, 100));
        put(header, 257, std::string("ustar\0", 6) + "00");
        return add(header, content);
    }

    /// "LENGTH KEY=VALUE", whose length counts its own digits.
    static std::string record(const std::string& key, const std::string& value) {
        const std::string rest = " " + key + "=" + value + "\n";
        std::size_t length = rest.size() + 1;
        while (std::to_string(length).size() + rest.size() != length) {
            ++length;
        }
        return std::to_string(length) + rest;
    }

    /// With a right checksum, whatever the header says.
    TarWriter& add(std::string header, const std::string& content) {
        put(header, 148, "        ");
        unsigned sum = 0;
        for (const char byte : header) {
            sum += static_cast<unsigned char>(byte);
        }
        put(header, 148, octal(sum, 6) + std::string("\0 ", 2));
        bytes_ += header + content;
        bytes_.resize((bytes_.size() + block - 1) / block * block, '\0');
        return *this;
    }

    /// With the mark at its end.
    [[nodiscard]] std::string bytes() const { return bytes_ + std::string(2 * block, '\0'); }

    [[nodiscard]] const std::string& without_end() const { return bytes_; }

    static std::string octal(std::size_t number, int width) {
        char text[32];
        std::snprintf(static_cast<char*>(text), sizeof(text), "%0*zo", width, number);
        return static_cast<char*>(text);
    }

    static void put(std::string& header, std::size_t at, const std::string& text) {
        header.replace(at, text.size(), text);
    }

private:
    std::string bytes_;
};

/// Bytes in memory, a few at a time.
class TextStream final : public ByteStream {
public:
    explicit TextStream(std::string bytes, std::size_t at_once = 700)
        : bytes_(std::move(bytes)), at_once_(at_once) {}

    Result<std::size_t> read(std::span<std::byte> room) override {
        const auto count = std::min({room.size(), at_once_, bytes_.size() - position_});
        std::memcpy(room.data(), bytes_.data() + position_, count);
        position_ += count;
        return count;
    }

private:
    std::string bytes_;
    std::size_t at_once_;
    std::size_t position_ = 0;
};

}  // namespace onload_node::fixture
