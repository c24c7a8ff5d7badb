# SPDX-License-Identifier: BSD-2-Clause
"""The fixture node behaves like a node with Solarflare cards, before anything of the product is on it.

Everything the other scenarios rely on is tried here: the drivers' names and modules, the clock daemons, power and
snapshots. A failure here is the node's, not the product's. With --full a MachineConfig that is not the product's comes and goes."""

from harness import MachineReset, check, expect_equal, note, paths, timed
from harness.machine_config import content_differences, undeliver

INTERFACES = "cd /sys/class/net && ls -d en* eth* sf* 2>/dev/null || true"
IN_TREE_NAMES = ["ens8f0", "ens8f1"]
OUT_OF_TREE_NAMES = ["ens8f0np0", "ens8f1np1"]


def interfaces(machine):
    return machine.check(INTERFACES).split()


def build_id(machine, module):
    return machine.check(f"od -An -tx1 /sys/module/{module}/notes/.note.gnu.build-id | tr -d ' \\n'")


def comes_up_on_the_in_tree_driver(machine):
    state = machine.wait_booted()
    check("the stock node boots without a failed unit", state == "running", machine.run("systemctl --failed").stdout)
    expect_equal("coldplug names the ports as the in-tree driver does", interfaces(machine), IN_TREE_NAMES)
    expect_equal("the ports have QEMU's addresses",
                 [machine.check(f"cat /sys/class/net/{name}/address") for name in IN_TREE_NAMES],
                 ["00:0f:53:00:00:00", "00:0f:53:00:00:01"])
    expect_equal("the first port is function 0 of the card",
                 machine.check("basename $(readlink /sys/class/net/ens8f0/device)"), "0000:00:08.0")
    users = machine.check("ls /sys/module/mtd/holders /sys/module/mdio/holders").split()
    expect_equal("sfc uses mtd and mdio", users.count("sfc"), 2)
    check("the in-tree fixture does not taint the kernel as out of tree",
          "O" not in machine.check("cat /sys/module/sfc/taint"), machine.check("cat /sys/module/sfc/taint"))
    expect_equal("chronyd runs under the name it has on RHCOS",
                 machine.check("systemctl show -P Id -P ActiveState chronyd.service").split(),
                 ["chronyd.service", "active"])


def carries_packets_between_its_ports(machine):
    machine.check("ip netns add peer && ip link set ens8f1 netns peer && ip addr add 192.0.2.1/24 dev ens8f0 && "
                  "ip link set ens8f0 up && ip -n peer addr add 192.0.2.2/24 dev ens8f1 && ip -n peer link set ens8f1 up")
    ping = machine.run("ping -c 1 -W 5 192.0.2.2")
    check("a ping goes from one port to the other", ping.ok, ping.stdout + ping.stderr)
    machine.check("ip netns delete peer; udevadm settle; ip link set ens8f0 down")


def exchanges_files_with_the_host(lab, machine):
    machine.pull("/usr/lib/systemd/system-preset", lab.folder / "pulled")
    pulled = lab.folder / "pulled" / "99-default-disable.preset"
    expect_equal("a folder can be pulled", pulled.read_bytes(),
                 machine.read("/usr/lib/systemd/system-preset/99-default-disable.preset"))
    expect_equal("a command that takes too long is ended", machine.run("sleep 60", timeout=1).rc, 124)


SFPTPD_CONFIGURATIONS = r"""
PATH=/usr/local/sbin:$PATH; mkdir /run/sfptpd-try; cd /run/sfptpd-try
printf '[general]\nsync_module ptp ptp1\n' >default
printf '[general]\nsync_module ptp ptp1\n[ptp1]\ninterface ens8f0\n' >explicit
printf '[general]\nsync_module ptp ptp1\n[ptp2]\ninterface ens8f0\n' >section
printf '[general]\ndaemon\nsync_module ptp ptp1\n' >daemon
ip address flush dev ens8f0
"""
# From the moment that its run folder is there, a signal finds it prepared.
SFPTPD_WITH_AN_ADDRESS = """
ip address add 192.0.2.1/24 dev ens8f0; ip link set ens8f0 up
sfptpd --no-daemon -f explicit &
while kill -0 $! && [ ! -d /run/sfptpd ]; do sleep 0.1; done
kill -TERM $!; wait $!"""
# What is promised, a command, its exit status. Last the one whose child may outlive it.
SFPTPD_ENDS = (
    ("without its configuration", "sfptpd -f none", 255),
    ("on a section that nobody declared", "sfptpd -f section", 2),
    ("without an interface", "sfptpd -f default", 233),
    ("on an interface that does not exist", "sfptpd -f default -i no-such0", 233),
    ("on an interface without an address", "sfptpd -f explicit", 5),
    ("on such an interface that -i names", "sfptpd -f default -i ens8f0", 5),
    ("with an interface in its file, whatever -i names", "sfptpd -f explicit -i no-such0", 5),
    ("with an address, on SIGTERM", SFPTPD_WITH_AN_ADDRESS, 0),
    ("with --no-daemon, whatever its file says", "sfptpd -f daemon --no-daemon -i no-such0", 233),
    ("as a daemon's parent, whatever its child comes to", "sfptpd -f daemon -i no-such0", 0),
)


def sfptpd_ends_as_the_real_one(machine):
    """With chronyd stopped. An address may be left of what was tried before."""
    calls = [f"{command}; echo $?" for _, command, _ in SFPTPD_ENDS]
    done = machine.run("\n".join([SFPTPD_CONFIGURATIONS, *calls]), timeout=120)
    statuses = done.stdout.split()
    check("sfptpd was tried in every way", len(statuses) == len(SFPTPD_ENDS), done)
    for (case, _, wanted), status in zip(SFPTPD_ENDS, statuses):
        expect_equal(f"sfptpd {case}: ends with {wanted}", int(status), wanted)
    machine.check("ip address flush dev ens8f0; ip link set ens8f0 down; rm -r /run/sfptpd-try")


def refuses_sfptpd_beside_chronyd(machine):
    beside = machine.run("/usr/local/sbin/sfptpd --no-daemon -f /etc/sfptpd.conf", timeout=20)
    expect_equal("sfptpd refuses to run beside chronyd, with errno 95", beside.rc, 95)
    check("and says so", "CRITICAL" in beside.stderr, beside.stderr)
    machine.check("systemctl stop chronyd.service")
    start = "systemd-run --quiet --unit=sfptpd-try -p Type=notify /usr/local/sbin/sfptpd --no-daemon -f /etc/sfptpd.conf"
    alone = machine.run(start, timeout=30)
    check("without chronyd it reports readiness", alone.ok, alone.stderr)
    machine.check("systemctl stop sfptpd-try.service")
    check("and ends cleanly on SIGTERM", not machine.run("systemctl is-failed sfptpd-try.service").ok)
    machine.write("/run/fixture-sfptpd-fail", "16\n")
    expect_equal("it fails when told to", machine.run("/usr/local/sbin/sfptpd", timeout=20).rc, 16)
    machine.check("rm /run/fixture-sfptpd-fail")
    sfptpd_ends_as_the_real_one(machine)
    machine.check("systemctl start chronyd.service")


def swap_by_hand(machine, kernel):
    extra = f"/opt/lib/modules/{kernel}/extra"
    machine.check(
        f"rmmod sfc && insmod {extra}/sfc.ko performance_profile=latency rss_cpus=cores && "
        f"xz -dc {extra}/sfc_resource.ko.xz >/run/r.ko && insmod /run/r.ko && "
        f"zstd -qdc {extra}/sfc_char.ko.zst >/run/c.ko && insmod /run/c.ko && insmod {extra}/onload.ko && udevadm settle"
    )


def takes_the_out_of_tree_drivers(machine, kernel):
    before = build_id(machine, "sfc")
    with timed("unload and load by hand"):
        swap_by_hand(machine, kernel)
    check("the other sfc has another build-id", build_id(machine, "sfc") != before)
    expect_equal("and gives other names", interfaces(machine), OUT_OF_TREE_NAMES)
    expect_equal("its parameters can be read back",
                 machine.check("cd /sys/module/sfc && cat parameters/performance_profile parameters/rss_cpus version").split(),
                 ["latency", "cores", "5.3.16.1004"])
    nodes = machine.check("stat -c '%n %a' /dev/onload /dev/onload_epoll /dev/sfc_char").splitlines()
    expect_equal("the device nodes are there for everyone", nodes,
                 ["/dev/onload 666", "/dev/onload_epoll 666", "/dev/sfc_char 666"])
    expect_equal("onload holds sfc_char and sfc_resource",
                 machine.check("ls /sys/module/sfc_char/holders; ls /sys/module/sfc_resource/holders").split(),
                 ["onload", "onload", "sfc_char"])
    check("an open /dev/onload keeps the module", not machine.run("exec 3</dev/onload; rmmod onload").ok)


def a_faulty_driver_fails(lab, machine):
    machine.push(lab.faulty_driver("PROBE_FAILS"), "/run/faulty/sfc.ko")
    machine.check("rmmod onload sfc_char sfc_resource sfc && insmod /run/faulty/sfc.ko && udevadm settle")
    expect_equal("a driver built to fail on function 1 leaves one port", interfaces(machine), ["ens8f0np0"])
    machine.check("rmmod sfc")
    machine.push(lab.faulty_driver("INIT_FAILS"), "/run/faulty/sfc.ko")
    check("a driver built to fail in its init is refused", "Input/output error" in machine.run("insmod /run/faulty/sfc.ko").stderr)


def panics_and_comes_back(lab, machine):
    """A machine that parks: the next boot stands still, too."""
    machine.push(lab.faulty_driver("PROBE_PANICS"), "/run/faulty/sfc.ko")
    machine.check("sysctl -q kernel.panic=1; modprobe mtd; modprobe mdio; rmmod sfc")
    with timed("panic to the agent of the next boot"):
        try:
            machine.run("insmod /run/faulty/sfc.ko")
            check("a driver built to panic ends the boot", False)
        except MachineReset:
            machine.wait_next_boot()
    machine.park()
    expect_equal("after a panic the node boots again", interfaces(machine), IN_TREE_NAMES)


def survives_a_reboot(machine):
    """Returns the id of the boot before it."""
    first = machine.boot_id
    machine.write("/var/lib/kept", "synced\n")
    machine.check("sync /var/lib/kept")
    with timed("clean reboot to multi-user"):
        machine.reboot()
    check("a reboot is another boot", machine.boot_id != first)
    expect_equal("after it the in-tree driver is back", interfaces(machine), IN_TREE_NAMES)
    return first


def has_its_journals(machine, first):
    for boot, which in ((first, "the boot that ended cleanly"), (machine.boot_id, "this boot")):
        journal = machine.check(f"journalctl -q --no-pager -b {boot.replace('-', '')} -u systemd-udevd.service")
        check(f"the journal of {which} can be read", "systemd-udevd" in journal, journal)


def survives_a_power_cut_parks_and_goes_back(machine):
    machine.power_cut()
    with timed("start to the parked boot"):
        machine.restart(park=True)
        machine.park()
    expect_equal("what was synced survives a power cut", machine.read("/var/lib/kept"), b"synced\n")
    with timed("savevm"):
        machine.savevm("parked")
    expect_equal("the parked boot has the in-tree driver", interfaces(machine), IN_TREE_NAMES)
    check("and has not gone on", not machine.run("systemctl is-active sysinit.target").ok)
    for attempt in ("first", "second"):
        machine.check("rmmod sfc")
        with timed("loadvm"):
            machine.loadvm("parked")
        expect_equal(f"the {attempt} return to the snapshot undoes what was done", interfaces(machine), IN_TREE_NAMES)
        with timed("from the snapshot to multi-user"):
            machine.release()
            state = machine.wait_booted()
        expect_equal(f"and the {attempt} boot from there completes", state, "running")


def takes_and_gives_back_a_machine_config(lab):
    fixture = paths.NODE / "fixtures" / "machine-config.yaml"
    files = "find /etc /usr/local -not -type d | sort"
    states = "systemctl is-active fixture-delivered.service chronyd.service"
    with timed("delivery and the boot after it"):
        machine = lab.stock_booted(functions=2, name="delivered")
        lab.deliver(machine, fixture)
        lab.stage(machine)
        machine.reboot()
    expect_equal("Ignition delivers every byte and mode", content_differences(machine, fixture), [])
    expect_equal("the delivered unit is enabled, the drop-in's unit runs", machine.run(states).stdout.split(),
                 ["active", "active"])
    expect_equal("the drop-in counts", machine.check("systemctl show -P DropInPaths chronyd.service"),
                 "/etc/systemd/system/chronyd.service.d/50-fixture.conf")
    expect_equal("what is staged is executable", machine.run("test -x /usr/local/sbin/sfptpd -a -s /etc/sfptpd.conf").rc, 0)
    undeliver(machine, fixture)
    machine.reboot()
    expect_equal("taken off again, the unit is gone and chronyd runs", machine.run(states).stdout.split(),
                 ["inactive", "active"])
    left = [path for path in machine.check(files).splitlines() if "fixture-delivered" in path or "50-fixture" in path]
    expect_equal("and no file of it is left", left, [])


def scenario(lab):
    with timed("start to multi-user"):
        machine = lab.stock(functions=2)
        machine.wait_booted()
    comes_up_on_the_in_tree_driver(machine)
    carries_packets_between_its_ports(machine)
    with timed("staging"):
        lab.stage(machine)
    exchanges_files_with_the_host(lab, machine)
    refuses_sfptpd_beside_chronyd(machine)
    takes_the_out_of_tree_drivers(machine, lab.kernel)
    a_faulty_driver_fails(lab, machine)
    first = survives_a_reboot(machine)
    survives_a_power_cut_parks_and_goes_back(machine)
    has_its_journals(machine, first)
    if lab.full:
        panics_and_comes_back(lab, machine)
    machine.power_cut()
    if lab.full:
        takes_and_gives_back_a_machine_config(lab)
    note(f"kernel {lab.kernel}")
