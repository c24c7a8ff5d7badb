// SPDX-License-Identifier: BSD-2-Clause
#include "app/config/config_file.hpp"

#include "app/config/config_keys.hpp"
#include "app/config/toml_reader.hpp"
#include "base/text.hpp"
#include "core/model/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace onload_node {

namespace {

void read_file(TomlReader& reader, Config& config) {
    const auto keys = config_keys();
    for (auto first = keys.begin(); first != keys.end();) {
        const auto last = std::find_if(first, keys.end(), [&](const ConfigKey& key) {
            return key.section != first->section;
        });
        reader.table(first->section, [&](TomlReader& section) {
            std::for_each(first, last, [&](const ConfigKey& key) { key.read(section, config); });
        });
        first = last;
    }
    reader.finish();
}

/// Editors leave hidden files beside what they change, and links that lead nowhere. A link to
/// /dev/null masks a file, as systemd has it.
bool is_part(const std::filesystem::path& path) {
    std::error_code error;
    const auto type = std::filesystem::status(path, error).type();
    return path.extension() == ".toml" && !path.filename().string().starts_with('.') &&
           type != std::filesystem::file_type::directory &&
           type != std::filesystem::file_type::character;
}

Result<ConfigText> read_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    // Of an empty file nothing is taken, which the stream calls a failure.
    std::error_code error;
    const bool empty = std::filesystem::file_size(path, error) == 0 && !error;
    if (!stream || (!content && !empty)) {
        return failure(ErrorCode::config, path + ": cannot be read");
    }
    return ConfigText{path, content.str()};
}

}  // namespace

Result<Config> read_config(const std::vector<ConfigText>& texts) {
    Config config;
    std::vector<std::string> complaints;
    for (const auto& text : texts) {
        const auto document = toml::parse(text.content, text.path);
        if (!document) {
            const auto& error = document.error();
            complaints.push_back(compose(
                "{}: {}",
                position_in(text.path, error.source().begin).to_string(),
                error.description()
            ));
            continue;
        }
        TomlReader reader(document.table(), text.path, "", complaints);
        read_file(reader, config);
    }
    const auto contradicting = contradictions(config);
    complaints.insert(complaints.end(), contradicting.begin(), contradicting.end());
    if (complaints.empty()) {
        return config;
    }
    std::string message;
    for (const auto& complaint : complaints) {
        message += (message.empty() ? "" : "\n") + complaint;
    }
    return failure(ErrorCode::config, std::move(message));
}

Result<std::vector<ConfigText>>
config_texts(const std::string& named_file, const std::string& root) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    std::error_code error;
    if (named_file.empty()) {
        const std::string directory = root + std::string(paths::config_directory);
        const std::string main_file = root + std::string(paths::config_file);
        std::set<std::string> parts;
        for (fs::directory_iterator it(directory, error), end; !error && it != end;
             it.increment(error)) {
            if (is_part(it->path())) {
                parts.insert(it->path().string());
            }
        }
        if (fs::exists(main_file, error)) {
            files.push_back(main_file);
        }
        files.insert(files.end(), parts.begin(), parts.end());
    } else {
        files.emplace_back(named_file);
    }
    std::vector<ConfigText> texts;
    for (const auto& file : files) {
        auto text = TRY(read_text(file));
        texts.push_back(std::move(text));
    }
    return texts;
}

Result<Config> load_config(const Command& command) {
    const auto texts = TRY(config_texts(command.config, command.root.value_or("")));
    return read_config(texts);
}

Config config_or_default(const Command& command) {
    auto config = load_config(command);
    return config ? std::move(*config) : Config();
}

}  // namespace onload_node
