// SPDX-License-Identifier: BSD-2-Clause
#include "device_plugin/resource_name.hpp"

#include <algorithm>

namespace onload_node::device_plugin {

namespace {

// Kubernetes counts quotas under the name with this in front, and checks that name, too:
// IsExtendedResourceName in pkg/apis/core/v1/helper/helpers.go, IsQualifiedName and
// IsDNS1123Subdomain in staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go.
constexpr std::string_view quota_prefix = "requests.";
constexpr std::string_view native_domain = "kubernetes.io";
constexpr std::size_t longest_domain = 253 - quota_prefix.size();
constexpr std::size_t longest_name = 63;

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool is_lower(char letter) {
    return letter >= 'a' && letter <= 'z';
}

bool is_alphanumeric(char letter) {
    return is_lower(letter) || (letter >= 'A' && letter <= 'Z') || is_digit(letter);
}

/// A label of a domain: lower-case letters, digits and, inside, dashes.
bool is_label(std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char letter) {
               return is_lower(letter) || is_digit(letter) || letter == '-';
           });
}

bool is_domain(std::string_view domain) {
    for (;;) {
        const auto dot = domain.find('.');
        if (!is_label(domain.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        domain.remove_prefix(dot + 1);
    }
}

bool is_name(std::string_view name) {
    return !name.empty() && is_alphanumeric(name.front()) && is_alphanumeric(name.back()) &&
           std::ranges::all_of(name, [](char letter) {
               return is_alphanumeric(letter) || letter == '-' || letter == '_' || letter == '.';
           });
}

}  // namespace

std::string resource_name_complaint(std::string_view name) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos || slash != name.rfind('/')) {
        return "wants DOMAIN/NAME, like amd.com/onload";
    }
    const auto domain = name.substr(0, slash);
    const auto rest = name.substr(slash + 1);
    // The kubelet looks for this text anywhere before the slash, "notkubernetes.io" included.
    if (domain.ends_with(native_domain)) {
        return "a domain that ends in kubernetes.io is for Kubernetes itself";
    }
    if (name.starts_with(quota_prefix)) {
        return "a name that begins with requests. is for quotas";
    }
    if (!is_domain(domain)) {
        return "the domain wants labels of lower-case letters, digits and inner dashes, with dots "
               "between them";
    }
    if (domain.size() > longest_domain) {
        return "the domain has more than 244 characters";
    }
    if (rest.size() > longest_name) {
        return "the name behind the slash has more than 63 characters";
    }
    if (!is_name(rest)) {
        return "the name behind the slash wants letters, digits, and inside also - _ and .";
    }
    return "";
}

}  // namespace onload_node::device_plugin
