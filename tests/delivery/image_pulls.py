# SPDX-License-Identifier: BSD-2-Clause
"""Who may pull which image of the cluster's registry, from the roles and bindings: read as the registry asks, by
`imagestreams/layers` of the image's own name (openshift/image-registry: pkg/dockerregistry/server/auth.go)."""

import re

from overlays import of_kind

EVERY_ACCOUNT = "system:serviceaccounts"
# `oc debug node` and `oc adm must-gather` make a namespace of their own, of which only this is known before.
DEBUGGED = ("onload-diagnostics", "onload-must-gather")


def _layers(rule):
    return "imagestreams/layers" in rule["resources"] and {"get", "*"} & set(rule["verbs"])


def pulls(rendered):
    """(namespace of the image, its name or "*", group) for everything that is granted."""
    given, roles = set(), {}
    values = [value for objects in rendered.values() for value in objects]
    for value in of_kind(values, "Role"):
        names = [name for rule in value["rules"] if _layers(rule) for name in rule.get("resourceNames", ["*"])]
        roles[(value["metadata"]["namespace"], value["metadata"]["name"])] = names
    for value in of_kind(values, "RoleBinding"):
        namespace, role = value["metadata"]["namespace"], value["roleRef"]
        names = ["*"] if role["name"] in ("system:image-puller", "system:image-builder") else roles.get((namespace, role["name"]), [])
        given |= {(namespace, name, subject["name"]) for name in names for subject in value["subjects"]}
    return given


def _may(given, namespace, name, groups):
    return any((namespace, each, group) in given for each in (name, "*") for group in groups)


def everything(cases, rendered, values):
    given = pulls(rendered)
    for name in DEBUGGED:
        cases.check(f"a pod in a namespace that nobody knows before may pull {name}", _may(given, values["NAMESPACE_IMAGES"], name, [EVERY_ACCOUNT]), sorted(given))
    open_to_all = {name for namespace, name, group in given if group == EVERY_ACCOUNT}
    cases.equal("and no other image", open_to_all - set(DEBUGGED), set())
    anonymous = {(namespace, name) for namespace, name, group in given if group == "system:unauthenticated"}
    cases.equal("without credentials, as a node stages, the bundle may be pulled and nothing else", anonymous, {(values["NAMESPACE_IMAGES"], "node-bundle")})
    where = [folder for folder, objects in rendered.items() for value in of_kind(objects, "RoleBinding") if "system:unauthenticated" in str(value["subjects"])]
    cases.equal("and that only by a folder of its own", where, ["onload/node-pull"])
    prefix = re.escape(values["IMAGE_REGISTRY"])
    for objects in rendered.values():
        for value in of_kind(objects, "BuildConfig"):
            here = value["metadata"]["namespace"]
            for argument in value["spec"]["strategy"]["dockerStrategy"]["buildArgs"]:
                match = re.match(rf"{prefix}/([^/]+)/([^:@]+)", argument["value"])
                if match and match[1] not in (here, "openshift"):
                    allowed = _may(given, match[1], match[2], [EVERY_ACCOUNT, f"{EVERY_ACCOUNT}:{here}"])
                    cases.check(f"the build of {value['metadata']['name']} may pull {match[1]}/{match[2]}", allowed, sorted(given))
