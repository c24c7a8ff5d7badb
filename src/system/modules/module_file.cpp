// SPDX-License-Identifier: BSD-2-Clause
#include "system/modules/module_file.hpp"

#include "base/text.hpp"
#include "core/formats/module_image.hpp"
#include "system/compression/decompress.hpp"
#include "system/files/digest.hpp"
#include "system/files/file_bytes.hpp"

#include <utility>

namespace onload_node {

namespace {

/// Modules write each other's names with '-' or '_'. A name that no kernel accepts makes the module
/// unusable.
Result<std::vector<ModuleName>> parse_names(const std::vector<std::string>& texts) {
    std::vector<ModuleName> names;
    for (const auto& text : texts) {
        auto name = TRY(ModuleName::parse(text));
        names.push_back(std::move(name));
    }
    return names;
}

Result<void> check_image(const ModuleImage& image, const ModuleName& wanted) {
    const auto name = ModuleName::parse(image.name);
    if (!image.name.empty() && (!name || *name != wanted)) {
        return failure(
            ErrorCode::mismatch,
            compose("the module calls itself \"{}\", not \"{}\"", image.name, wanted.str())
        );
    }
    return {};
}

/// The kernel's own tree belongs to the platform and may link to another kernel's (weak-updates). A
/// staged tree is checked, because its code gets into the kernel.
Result<std::vector<std::byte>> read_bytes(ModuleFile& file, TrustedOwner trusted, Digests digests) {
    if (file.origin == Origin::in_tree) {
        return read_file_bytes(file.path, Links::follow);
    }
    auto bytes = read_staged_file(file.path, trusted);
    if (!bytes) {
        file.unsafe = bytes.error().code == ErrorCode::mismatch;
        return bytes;
    }
    if (digests == Digests::left_out) {
        return bytes;
    }
    auto digest = sha256_hex(*bytes);
    if (!digest) {
        return failure(file.path, digest.error());
    }
    file.sha256 = std::move(*digest);
    return bytes;
}

void take(ModuleFile& file, ModuleImage&& image, std::span<const std::byte> plain) {
    file.machine = image.machine;
    file.build_id = std::move(image.build_id);
    file.branch_targets = image.branch_targets;
    file.version = std::move(image.version);
    file.vermagic = std::move(image.vermagic);
    file.parameters = std::move(image.parameters);
    file.aliases = std::move(image.aliases);
    if (file.origin == Origin::out_of_tree) {
        file.needs = std::move(image.needs);
        file.exports = std::move(image.exports);
        file.signature = read_signature(plain);
    }
}

Result<void> fill(ModuleFile& file, TrustedOwner trusted, Digests digests) {
    auto bytes = TRY(read_bytes(file, trusted, digests));
    const auto plain = decompress(std::move(bytes));
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
    take(file, std::move(*image), *plain);
    return {};
}

}  // namespace

ModuleFile read_module_file(
    const ModuleName& name,
    const std::string& path,
    Origin origin,
    TrustedOwner trusted,
    Digests digests
) {
    ModuleFile file{name, origin, path, {}, {}, {}, {}, {}, {}, {}};
    if (const auto filled = fill(file, trusted, digests); !filled) {
        file.problem = filled.error().message;
    }
    return file;
}

}  // namespace onload_node
