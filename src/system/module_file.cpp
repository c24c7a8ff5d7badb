// SPDX-License-Identifier: BSD-2-Clause
#include "system/module_file.hpp"

#include "core/module_image.hpp"
#include "system/decompress.hpp"
#include "system/digest.hpp"
#include "system/file_bytes.hpp"

#include <utility>

#include <elf.h>

namespace onload_node {

namespace {

#if defined(__x86_64__)
constexpr std::uint16_t own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t own_machine = EM_AARCH64;
#else
#error "onload-node runs on x86-64 and aarch64"
#endif

/// Modules spell each other with '-' or '_'; a name that no kernel would take makes the module
/// unusable.
Result<std::vector<ModuleName>> parse_names(const std::vector<std::string>& texts) {
    std::vector<ModuleName> names;
    for (const auto& text : texts) {
        auto name = ModuleName::parse(text);
        if (!name) {
            return tl::unexpected(name.error());
        }
        names.push_back(std::move(*name));
    }
    return names;
}

Result<void> check_image(const ModuleImage& image, const ModuleName& wanted) {
    if (image.machine != own_machine) {
        return failure(
            ErrorCode::mismatch,
            "built for another processor (ELF machine " + std::to_string(image.machine) +
                ", this one is " + std::to_string(own_machine) + ")"
        );
    }
    const auto name = ModuleName::parse(image.name);
    if (!image.name.empty() && (!name || *name != wanted)) {
        return failure(
            ErrorCode::mismatch,
            "the module calls itself \"" + image.name + "\", not \"" + wanted.str() + "\""
        );
    }
    return {};
}

Result<void> fill(ModuleFile& file) {
    // The kernel's own tree may link to another kernel's (weak-updates); a staged tree has no
    // reason to.
    auto bytes =
        read_file_bytes(file.path, file.origin == Origin::in_tree ? Links::follow : Links::refuse);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    if (file.origin == Origin::out_of_tree) {
        auto digest = sha256_hex(*bytes);
        if (!digest) {
            return failure(file.path, digest.error());
        }
        file.sha256 = std::move(*digest);
    }
    const auto plain = decompress(std::move(*bytes));
    if (!plain) {
        return failure(file.path, plain.error());
    }
    auto image = read_module_image(*plain);
    if (!image) {
        return failure(file.path, image.error());
    }
    if (const auto checked = check_image(*image, file.name); !checked) {
        return failure(file.path, checked.error());
    }
    auto depends = parse_names(image->depends);
    if (!depends) {
        return failure(file.path + ": among its dependencies", depends.error());
    }
    file.depends = std::move(*depends);
    file.build_id = std::move(image->build_id);
    file.version = std::move(image->version);
    file.vermagic = std::move(image->vermagic);
    file.parameters = std::move(image->parameters);
    return {};
}

}  // namespace

ModuleFile read_module_file(const ModuleName& name, const std::string& path, Origin origin) {
    ModuleFile file{name, origin, path, {}, {}, {}, {}, {}, {}, {}};
    if (const auto filled = fill(file); !filled) {
        file.problem = filled.error().message;
    }
    return file;
}

}  // namespace onload_node
