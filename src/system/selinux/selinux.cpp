// SPDX-License-Identifier: BSD-2-Clause
#include "system/selinux/selinux.hpp"

#include "base/handle.hpp"
#include "base/text.hpp"
#include "system/files/directories.hpp"
#include "system/files/file_bytes.hpp"
#include "system/system_error.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <selinux/context.h>
#include <selinux/selinux.h>

namespace onload_node::selinux {

namespace {

/// What containers run as where the policy does not say: the type of container-selinux.
constexpr std::string_view usual_containers = "system_u:system_r:container_t:s0";

using Label = Handle<char, freecon>;
using Context = Handle<std::remove_pointer_t<context_t>, context_free>;

/// Of what is there when links are followed, or of the link itself.
enum class Links { followed, themselves };

Label label_of(const std::string& path, Links links) {
    char* label = nullptr;
    const int length = links == Links::followed ? ::getfilecon_raw(path.c_str(), &label)
                                                : ::lgetfilecon_raw(path.c_str(), &label);
    return Label(length < 0 ? nullptr : label);
}

/// The policy's own word on it: a line like `process = "system_u:system_r:container_t:s0"`.
std::string label_of_containers() {
    const auto text = read_text_file(::selinux_lxc_contexts_path()).value_or("");
    std::string_view rest = text;
    while (!rest.empty()) {
        auto line = take_until(rest, "\n");
        if (line.starts_with("process")) {
            take_until(line, "\"");
            return std::string(take_until(line, "\""));
        }
    }
    return std::string(usual_containers);
}

/// The first of the permissions that the policy denies; "" if it grants all, or does not know the
/// containers, or would only log. Permissions that a policy does not have yet are not asked for.
std::string_view denied(
    const std::string& containers,
    const char* label,
    const char* kind,
    std::span<const char* const> wanted
) {
    const auto type = ::string_to_security_class(kind);
    av_decision answer{};
    if (::security_compute_av_flags_raw(containers.c_str(), label, type, 0, &answer) != 0 ||
        (answer.flags & SELINUX_AVD_FLAGS_PERMISSIVE) != 0) {
        return "";
    }
    for (const char* const permission : wanted) {
        const auto bit = ::string_to_av_perm(type, permission);
        if ((answer.allowed & bit) != bit) {
            return permission;
        }
    }
    return "";
}

std::string complaint(const std::string& path, std::string_view permission, const Label& label) {
    return compose("SELinux keeps containers from {} ({}, {})", path, permission, label.get());
}

Result<void> set_type_of_one(const std::string& path, const std::string& type) {
    const auto label = label_of(path, Links::themselves);
    if (!label) {
        return {};
    }
    const Context context(::context_new(label.get()));
    if (!context || type == ::context_type_get(context.get())) {
        return {};
    }
    if (::context_type_set(context.get(), type.c_str()) != 0 ||
        ::lsetfilecon_raw(path.c_str(), ::context_str(context.get())) != 0) {
        return errno_failure(compose("cannot give {} the SELinux type {}", path, type), errno);
    }
    return {};
}

}  // namespace

std::string denied_to_containers(const std::string& path) {
    constexpr std::array in_directory = {"search", "open", "read"};
    constexpr std::array of_library = {"open", "read", "getattr", "map", "execute"};
    if (::is_selinux_enabled() < 1 || ::security_getenforce() != 1) {
        return "";
    }
    const auto containers = label_of_containers();
    const auto folder = parent_directory(path);
    for (const auto& [name, kind, wanted] :
         {std::tuple(folder, "dir", std::span<const char* const>(in_directory)),
          std::tuple(path, "file", std::span<const char* const>(of_library))}) {
        const auto label = label_of(name, Links::followed);
        const auto permission = label ? denied(containers, label.get(), kind, wanted) : "";
        if (!permission.empty()) {
            return complaint(name, permission, label);
        }
    }
    return "";
}

Result<void> set_type(const std::string& path, const std::string& type) {
    namespace fs = std::filesystem;
    TRY(set_type_of_one(path, type));
    std::error_code error;
    for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
        TRY(set_type_of_one(entry->path().string(), type));
    }
    return {};
}

}  // namespace onload_node::selinux
