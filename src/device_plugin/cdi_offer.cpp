// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/cdi_offer.hpp"

#include "base/text.hpp"
#include "core/model/onload.hpp"
#include "device_plugin/json_members.hpp"

#include <utility>

namespace onload_node::device_plugin {

namespace {

/// The directory of the host that the spec mounts there; "" if it mounts nothing.
std::string mounted_at(const Json& spec, const std::string& container) {
    for (const auto& mount : list(table(spec, "containerEdits"), "mounts")) {
        if (text(mount, "containerPath") == container) {
            return text(mount, "hostPath");
        }
    }
    return "";
}

bool has_device(const Json& spec, std::string_view name) {
    for (const auto& device : list(spec, "devices")) {
        if (text(device, "name") == name) {
            return true;
        }
    }
    return false;
}

/// The node's own words, for where it has no spec or we may not look.
std::string as_told(const Options& options, const std::optional<StatusCdi>& told) {
    const auto reason = told ? told->problem : std::string();
    return compose(
        "there is no CDI spec {}{}{}",
        options.cdi_spec,
        reason.empty() ? "" : ": ",
        reason.empty() ? "; does the configuration have publish.cdi = false?" : reason
    );
}

/// What the node says of a spec that we may not look at.
CdiView
trusted(const Options& options, const std::optional<StatusCdi>& told, const std::string& refused) {
    if (!told) {
        return {
            "",
            compose(
                "the CDI spec cannot be looked at ({}; does SELinux refuse it?), and this "
                "onload-node does not tell of it: update onload-node",
                refused
            )};
    }
    return told->spec.empty() ? CdiView{"", as_told(options, told)} : CdiView{told->libraries, ""};
}

}  // namespace

std::string_view cdi_device(const Options& options) {
    return options.preload ? "preload" : "onload";
}

CdiView
look_at_cdi(const Options& options, const CdiText& spec, const std::optional<StatusCdi>& told) {
    if (!spec && spec.error().code == ErrorCode::permission) {
        return trusted(options, told, spec.error().message);
    }
    if (!spec && spec.error().code == ErrorCode::not_found) {
        return {"", as_told(options, told)};
    }
    if (!spec) {
        return {"", compose("the CDI spec cannot be read: {}", spec.error().message)};
    }
    const auto document = Json::parse(*spec, nullptr, false);
    if (text(document, "kind") != onload::cdi_kind || !has_device(document, cdi_device(options))) {
        return {
            "",
            compose(
                "the CDI spec {} has no device {}={}",
                options.cdi_spec,
                onload::cdi_kind,
                cdi_device(options)
            )};
    }
    auto libraries = mounted_at(document, options.libraries_path);
    if (libraries.empty()) {
        return {
            "",
            compose(
                "the CDI spec {} mounts nothing at {}", options.cdi_spec, options.libraries_path
            )};
    }
    return {std::move(libraries), ""};
}

}  // namespace onload_node::device_plugin
