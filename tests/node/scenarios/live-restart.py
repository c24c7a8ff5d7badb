# SPDX-License-Identifier: BSD-2-Clause
"""Under a live network nothing swaps drivers: what would need it waits for the next boot, and says so."""

from harness import check, expect_equal, note
from harness.exit_status import DEGRADED
from harness.port_history import port_history
from harness.product import SEQUENTIAL, STAGED_MODULES, Product

PARAMETERS = '[driver.parameters]\nsfc = { rss_cpus = "hyperthreads" }\n'
NAMES = PARAMETERS + SEQUENTIAL
PING = "live-ping.service"
PING_LOG = "/run/onload-node-test/ping"
RECEIVED = "/sys/class/net/ens8f1/statistics/rx_packets"


def put_a_network_on_the_ports(machine):
    """One port in the host, the port it is wired to in a network namespace, as a pod has it."""
    machine.check(
        "ip netns add peer && ip link set ens8f1 netns peer && ip addr add 192.0.2.1/24 dev ens8f0 && "
        "ip link set ens8f0 up && ip -n peer addr add 192.0.2.2/24 dev ens8f1 && ip -n peer link set ens8f1 up && "
        "ping -c 1 -W 10 192.0.2.2"
    )


def start_pinging(machine):
    machine.check(f"mkdir -p $(dirname {PING_LOG}); systemd-run --quiet --unit={PING} --service-type=exec "
                  f"-p KillSignal=SIGINT -p StandardOutput=file:{PING_LOG} ping -i 0.2 -W 10 192.0.2.2")


def stop_pinging(machine):
    """What ping itself counted: sent, answered."""
    machine.check(f"systemctl stop {PING}")
    words = machine.read(PING_LOG).decode().split("ping statistics ---")[1].split()
    return int(words[0]), int(words[words.index("received,") - 1])


def interface(machine, name, namespace=""):
    """What changes when a port is taken from an interface, or its link goes down."""
    inside = f"ip netns exec {namespace} " if namespace else ""
    files = " ".join(f"/sys/class/net/{name}/{file}" for file in ("ifindex", "carrier_changes", "operstate", "address"))
    return machine.check(f"{inside}cat {files}").split()


def driver(product):
    """Which builds are loaded, and when: a module that was loaded again lies elsewhere."""
    machine = product.machine
    builds = [product.loaded_build_id(module) for module in STAGED_MODULES]
    lies = machine.check("stat -c %i " + " ".join(f"/sys/module/{module}" for module in STAGED_MODULES))
    return builds, lies, len(port_history(machine)["0000:00:08.0"])


def traces(product):
    machine = product.machine
    return (interface(machine, "ens8f0"), interface(machine, "ens8f1", "peer"), *driver(product))


def link_files(machine):
    return machine.check("cd /run/systemd/network && ls | sort && cat *").splitlines()


class Watched:
    """Does something to the unit or the product and finds the ports as they were."""

    def __init__(self, product):
        self.product = product
        self.before = traces(product)

    def unharmed(self, case):
        expect_equal(f"{case}: same interfaces, links never down, same modules", traces(self.product), self.before)

    def waits_for_the_reboot(self, case, command):
        machine = self.product.machine
        machine.check("truncate -s 0 /run/onload-node/status.json")
        output = machine.run(command)
        status = self.product.recorded_status()
        expect_equal(f"{case}: waits for the next boot", (status["state"], status["reason_code"]), ("degraded", "pending-reboot"))
        check(f"{case}: and says so", "pending reboot" in status["reason"], status["reason"])
        self.unharmed(case)
        return output


def what_is_as_configured_stays(watched):
    machine = watched.product.machine
    files = link_files(machine)
    for case in ("systemctl restart onload-node", "systemctl stop onload-node", "systemctl start onload-node"):
        machine.check(case)
        watched.unharmed(case)
    expect_equal("the unit exits with 0", watched.product.exit_status(), 0)
    expect_equal("apply: exits with 0", watched.product.run("apply").rc, 0)
    watched.unharmed("apply")
    now = link_files(machine)
    check("both ports keep their .link files, also the one in the namespace", now == files,
          "\n".join([*now, "--- journal", *watched.product.journal().splitlines()[-24:]]))
    expect_equal("the node stays active", watched.product.status()["state"], "active")


def what_was_cut_short_stays_as_it_is(watched):
    """As after a run that could not take everything back: the way back would lead through the driver."""
    machine = watched.product.machine
    machine.check("sed -i 's/^committed = .*/committed = 0/' /run/onload-node/undo.toml && grep -q '^committed = 0$' /run/onload-node/undo.toml")
    machine.run("onload-node recover")
    watched.unharmed("recover of an open record")
    machine.check("sed -i 's/^committed = .*/committed = 0/' /run/onload-node/undo.toml; systemctl restart onload-node")
    watched.unharmed("restart with an open record")
    check("and the journal says what waits", "waits for the next boot" in watched.product.journal(), watched.product.journal())


def revert_is_refused(watched):
    output = watched.product.run("revert")
    check("revert: refused, with the way out", output.rc == 1 and "pending reboot" in output.stderr and "--live" in output.stderr,
          (output.rc, output.stdout, output.stderr))
    watched.unharmed("revert")


def stage_another_build(lab, product):
    path = f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko"
    before = product.staged_build_ids(lab.kernel)["sfc"]
    product.machine.push(lab.another_build(), path)
    now = product.staged_build_ids(lab.kernel)["sfc"]
    check("another build of sfc is staged", now not in ("", before), (before, now))
    return now


def what_is_new_waits(lab, watched):
    product = watched.product
    build = stage_another_build(lab, product)
    expect_equal("another build: apply ends as degraded", watched.waits_for_the_reboot("another build", "onload-node apply").rc, DEGRADED)
    product.configure(PARAMETERS)
    watched.waits_for_the_reboot("another parameter", "systemctl restart onload-node")
    text = product.unit("onload-node.service", "ActiveState", "ExecMainStatus", "Description")
    check("systemctl status says so, and the unit has not failed", text[:2] == ["active", str(DEGRADED)] and "pending reboot" in text[2], text)
    status = product.status()
    expect_equal("status --json says so", (status["state"], status["reason_code"]), ("degraded", "pending-reboot"))
    watched.waits_for_the_reboot("again with stop and start", "systemctl stop onload-node; systemctl start onload-node")
    revert_is_refused(watched)
    return build


def not_a_packet_was_lost(machine, received_before):
    sent, answered = stop_pinging(machine)
    note(f"{sent} pings")
    check("ping got an answer to every packet, all the time", sent == answered and sent > 20, (sent, answered))
    received = int(machine.check(f"ip netns exec peer cat {RECEIVED}")) - received_before
    check("and the other side has counted them", received >= sent, (received, sent))
    log = machine.check("dmesg | tail -n 60")
    check("the kernel log has no link going down", "Link is Down" not in log and "link becomes not ready" not in log.lower(), log)


def the_port_comes_back_from_its_namespace(product):
    """As when a pod ends; udev names it anew then."""
    product.machine.check("ip -n peer link set ens8f1 netns 1 && ip netns delete peer && udevadm settle --timeout=30")
    expect_equal("the port that comes back from its namespace has its name", product.names(), ["ens8f0", "ens8f1"])


def other_names_wait_too(product):
    machine = product.machine
    product.configure(NAMES)
    before = interface(machine, "ens8f0"), driver(product)
    product.run("apply")
    status = product.recorded_status()
    expect_equal("other names: wait for the next boot", (status["state"], status["reason_code"]), ("degraded", "pending-reboot"))
    expect_equal("other names: the interface that is up keeps its name, its link and its driver",
                 (interface(machine, "ens8f0"), driver(product)), before)


def scenario(lab):
    machine = lab.booted(functions=2)
    product = Product(machine)
    expect_equal("the node is active", product.status()["state"], "active")
    put_a_network_on_the_ports(machine)
    received = int(machine.check(f"ip netns exec peer cat {RECEIVED}"))
    start_pinging(machine)
    watched = Watched(product)
    what_is_as_configured_stays(watched)
    what_was_cut_short_stays_as_it_is(watched)
    revert_is_refused(watched)
    build = what_is_new_waits(lab, watched)
    not_a_packet_was_lost(machine, received)
    the_port_comes_back_from_its_namespace(product)
    other_names_wait_too(product)

    machine.reboot()
    expect_equal("after the reboot the node is active", product.status()["state"], "active")
    expect_equal("with the other build", product.loaded_build_id("sfc"), build)
    expect_equal("the other parameter", product.parameter("sfc", "rss_cpus"), "hyperthreads")
    expect_equal("and the other names", product.names(), ["sf0", "sf1"])
