# SPDX-License-Identifier: BSD-2-Clause
"""Every command refuses a wrong configuration with 78, says file, line and column, and what is meant.

Natively: it is about a text. What a boot with such a configuration does is tried by `bad-config-at-boot`."""

from harness import check, expect_equal
from harness.broken_configurations import BROKEN
from harness.exit_status import HAS_STEPS, OK
from harness.product import BINARY, DROP_IN
from harness.staging import StagingNode


def commands(kernel):
    return "plan", f"verify --kernel {kernel}", "apply", "stage /nothing", "trees", "purge"


def refused(node, case, position, hint):
    for command in commands(node.machine.kernel):
        done, verb = node.run(command), command.split()[0]
        check(f"{case}: {verb} ends with 78 and says where", done.rc == 78 and position in done.stderr,
              f"{done.rc}\n{done.stdout}{done.stderr}")
        check(f"{case}: {verb} says what is meant", hint in done.stderr, done.stderr)


def good_again(node):
    node.machine.check(f"rm {DROP_IN}")
    done = node.run("plan")
    check("without the wrong file nothing is refused", done.rc in (OK, HAS_STEPS), done)
    node.machine.check("rm /etc/onload-node/config.toml")
    done = node.run("plan")
    check("no configuration: the defaults hold", done.rc in (OK, HAS_STEPS), done)


def scenario(lab):
    node = StagingNode.native(lab)
    before = node.content()
    for case, (toml, position, hint) in BROKEN.items():
        node.configure(toml)
        refused(node, case, position, hint)
    expect_equal("nothing was staged or removed by any of them", node.content(), before)
    good_again(node)
    done = node.machine.run(f"setpriv --reuid=65534 --regid=65534 --clear-groups {BINARY} plan")
    check("not root: plan still tells", done.rc in (OK, HAS_STEPS), done)
