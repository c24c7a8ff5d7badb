# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario is given: machines, the product delivered to them, drivers that fail."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from . import paths, qemu, snapshots
from .errors import Deadline, HarnessError
from .machine import Machine
from .machine_config import deliver, write_files
from .native_root import NativeRoot
from .product import GUARD

MACHINE_CONFIG_VARIABLE = "ONLOAD_NODE_TEST_MACHINECONFIG"
_HARNESS = Path(__file__).parent


class Lab:
    def __init__(self, scenario, full=False, machine_config=None, seed=None):
        self.folder = paths.RUNS / scenario
        self.full = full
        self.seed = seed
        self.kernel = paths.kernel_release()
        self.machines = []
        self._machine_config = machine_config or os.environ.get(MACHINE_CONFIG_VARIABLE)

    # --- machines

    def stock(self, functions=2, kernel_arguments=(), park=False, name="node"):
        """A started machine without anything of the product."""
        return self._start(paths.IMAGE, "raw", functions, kernel_arguments, park, name)

    def delivered(self, functions=2, kernel_arguments=(), name="node", machine_config=None):
        """A started machine to which the MachineConfig has been delivered and the fixture modules staged; this is
        its first boot with them. The disk is made once per MachineConfig and kept."""
        base = self._delivered_disk(Path(machine_config or self.machine_config))
        return self._start(base, "qcow2", functions, kernel_arguments, False, name)

    def stock_booted(self, functions=2, name="node"):
        """As stock, already booted: from a boot that is made once for all scenarios."""
        return self._resumed("stock", (paths.IMAGE, "raw"), functions, (), False, name, Machine.wait_booted)

    def parked(self, functions=2, kernel_arguments=(), name="node", machine_config=None):
        """As delivered, its boot standing still just before onload-node.service, with udev's coldplug done: from a boot that is
        made once for all scenarios. loadvm("parked") returns to it, release() lets it go on."""
        base = self._delivered_disk(Path(machine_config or self.machine_config))
        return self._resumed("parked", (base, "qcow2"), functions, kernel_arguments, True, name, Machine.park)

    def booted(self, functions=2, name="node"):
        """As delivered, booted and confirmed good: from a boot that is made once for all scenarios. For what is about a node
        that runs, not about how it came up."""
        base = self._delivered_disk(self.machine_config)
        return self._resumed("booted", (base, "qcow2"), functions, (), False, name, _wait_confirmed)

    def unstaged(self, functions=2, name="node"):
        """A booted node to which all MachineConfigs have just been delivered, without a reboot, and on which nothing is
        staged: from a boot that is made once for all scenarios."""

        def deliver_both(machine):
            machine.wait_booted()
            self.deliver(machine)
            self.deliver(machine, self.stage_machine_config)
            self.clock_without_port(machine)

        key = _digest(path.read_bytes() for path in (self.machine_config, self.stage_machine_config, _HARNESS / "machine_config.py", _HARNESS / "lab.py"))
        return self._resumed(f"unstaged-{key}", (paths.IMAGE, "raw"), functions, (), False, name, deliver_both)

    def enforcing(self, functions=2, name="node"):
        """As stock, with Debian's SELinux policy enforced and all files labelled."""
        self._build("selinux")
        # Denials are told through the audit system.
        return self._start(paths.SELINUX_IMAGE, "raw", functions, ("lsm=yama,selinux", "audit=1", "enforcing=1"), False, name)

    def root(self, name="root"):
        """A node's files with those of all MachineConfigs, entered natively: for what no boot shows."""
        root = NativeRoot(self.folder, name)
        self.machines.append(root)
        for machine_config in (self.machine_config, self.stage_machine_config):
            write_files(root, machine_config)
        return root

    def _start(self, base, base_format, functions, kernel_arguments, park, name):
        machine = self._machine(f"{name}.qcow2", functions, kernel_arguments, park)
        qemu.create_overlay(machine.disk, base, base_format)
        return machine.start()

    def _machine(self, disk, functions, kernel_arguments=(), park=False):
        machine = Machine(self.folder, self.folder / disk, functions, kernel_arguments, park)
        self.machines.append(machine)
        return machine

    def _resumed(self, kind, base, functions, kernel_arguments, park, name, make_ready):
        """A machine that goes on from the snapshot of this kind; `make_ready` brings a started one to that moment, once."""
        file = snapshots.file_for(kind, base[0], functions, (*kernel_arguments, f"park={park}"))
        machine = self._machine(f"{name}.qcow2", functions, kernel_arguments, park)
        with _one_maker(file.stem):
            if not file.exists():
                print(f"  # booting once for all scenarios ({file.name})", flush=True)
                made = self._start(*base, functions, kernel_arguments, park, f"{name}-snapshot")
                make_ready(made)
                snapshots.take(made, kind.partition("-")[0], file)
            file.touch()
            snapshot = snapshots.Snapshot.load(file)
            snapshot.copy_to(machine.disk)
        return machine.resume(snapshot)

    # --- the product

    @property
    def machine_config(self):
        """The rendered MachineConfig (YAML) under test."""
        if not self._machine_config:
            raise HarnessError(
                f"no MachineConfig: give --machineconfig FILE or set {MACHINE_CONFIG_VARIABLE}; the Meson build renders it"
            )
        path = Path(self._machine_config)
        if not path.is_file():
            raise HarnessError(f"there is no MachineConfig at {path}; the Meson build renders it")
        return path

    @property
    def stage_machine_config(self):
        """The one of onload-node-stage, which the same build renders beside it."""
        return self.machine_config.with_name(self.machine_config.name.replace("99-onload-node", "99-onload-node-stage"))

    def deliver(self, machine, machine_config=None):
        return deliver(machine, Path(machine_config or self.machine_config))

    def stage(self, machine, tree=None):
        """The out-of-tree modules under /opt and the fixture programs, as `onload-node stage` would leave them."""
        machine.push(Path(tree or paths.STAGED), "/opt")
        for program in ("sfptpd", "onload_cp_server"):
            machine.push(paths.PROGRAMS / program, f"/usr/local/sbin/{program}")
        self.clock_without_port(machine)

    def clock_without_port(self, machine):
        """Has sfptpd run on a node whose ports have no addresses, as most scenarios leave them."""
        machine.push(paths.PROGRAMS / "sfptpd.conf", "/etc/sfptpd.conf")

    def deliver_sfptpd_conf(self, machine):
        """The configuration of sfptpd as it is shipped, in the place of clock_without_port()'s."""
        machine.push(paths.PROJECT / "butane" / "files" / "sfptpd.conf", "/etc/sfptpd.conf")

    def upgrade(self, machine):
        """What an upgrade of the operating system leaves before its reboot: another real kernel with its modules, image
        and, at last, boot loader entry. Returns its release."""
        self.build_next_kernel()
        machine.push(paths.NEXT_FILES / "usr", "/usr")
        machine.push(paths.NEXT_FILES / "boot", "/boot")
        return paths.next_release()

    def add_open_vswitch(self, machine):
        """Open vSwitch, not started, and a NetworkManager that knows it in the place of Debian's."""
        self._build("openvswitch")
        machine.push(paths.OPEN_VSWITCH, "/")
        machine.check("systemctl daemon-reload")

    def build_next_kernel(self):
        """The kernel that nodes are upgraded to, once; returns its release."""
        self._build("next-kernel")
        return paths.next_release()

    def _build(self, what):
        subprocess.run([paths.NODE / "image" / "build", what], check=True)

    def _delivered_disk(self, machine_config):
        ingredients = [machine_config, _HARNESS / "machine_config.py", _HARNESS / "lab.py"]
        parts = [paths.IMAGE, paths.STAGED, paths.PROGRAMS]
        key = _digest([*(path.read_bytes() for path in ingredients), *(os.readlink(part).encode() for part in parts)])
        disk = paths.CACHE / f"delivered-{key}.qcow2"
        with _one_maker(disk.stem):
            if not disk.exists():
                self._make_delivered_disk(disk, machine_config)
            disk.touch()
        return disk

    def _make_delivered_disk(self, disk, machine_config):
        print(f"  # delivering {machine_config} to a node, once ({disk.name})", flush=True)
        # No network functions: nothing of the product has a reason to act while it is being delivered.
        machine = self._start(paths.IMAGE, "raw", 0, (), False, "delivering")
        machine.wait_booted()
        self.deliver(machine, machine_config)
        self.stage(machine)
        machine.shutdown()
        # The two used last stay: machines of a scenario that runs beside this one may stand on them.
        for old in sorted(paths.CACHE.glob("delivered-*.qcow2"), key=lambda path: path.stat().st_mtime)[:-2]:
            old.unlink()
        machine.disk.rename(disk)

    # --- drivers

    def faulty_driver(self, fault, seconds=5, flavour="out-of-tree"):
        """An sfc.ko (a path on the host) broken as fixture_fault.h says: INIT_FAILS, PROBE_FAILS, PROBE_SLEEPS, PROBE_PANICS,
        PROBE_OOPSES. The other modules of the same build are beside it."""
        folder = paths.CACHE / "faulty" / f"{os.readlink(paths.DRIVERS)}-{flavour}-{fault}-{seconds}"
        with _one_maker("faulty-drivers"):
            if not (folder / "sfc.ko").exists():
                build = paths.NODE / "drivers" / "build"
                subprocess.run([build, flavour, self.kernel, folder, fault, str(seconds)], check=True)
        return folder / "sfc.ko"

    def another_build(self):
        """The same out-of-tree sfc.ko, with another build-id."""
        # The constant is compiled in and, without a fault, never looked at.
        return self.faulty_driver("NONE", seconds=7)

    def x3_driver(self):
        """The fixture xilinx_efct.ko, for functions of `card(..., vendor=XILINX)`; the staged tree does not have it."""
        folder = paths.CACHE / "faulty" / f"{os.readlink(paths.DRIVERS)}-x3"
        with _one_maker("faulty-drivers"):
            if not (folder / "xilinx_efct.ko").exists():
                subprocess.run([paths.NODE / "drivers" / "build", "x3", self.kernel, folder], check=True)
        return folder / "xilinx_efct.ko"

    def real_driver_tree(self, debug=False):
        """A staged tree with the kernel's own sfc, built out of tree; to be given to stage(). With `debug` as large as
        debugging information makes it."""
        build = paths.NODE / "drivers" / "build-real"
        key = hashlib.sha256(build.read_bytes() + self.kernel.encode()).hexdigest()[:12]
        tree = paths.CACHE / f"real-driver-{key}{'-debug' if debug else ''}"
        with _one_maker(tree.name):
            if not tree.exists():
                part = tree.with_suffix(".part")
                shutil.rmtree(part, ignore_errors=True)
                subprocess.run([build, self.kernel, part, *(["debug"] if debug else [])], check=True)
                part.rename(tree)
        return tree

    # --- the end

    def close(self):
        for machine in self.machines:
            machine.power_cut()
            machine.discard()

    def save_evidence(self):
        """After a failure: what a person would look at first, beside the console logs."""
        questions = {
            "journal.txt": "journalctl --no-pager -o short-monotonic -b",
            "status.txt": "onload-node status; systemctl status --no-pager -l onload-node.service; systemctl --failed",
            "modules.txt": "lsmod; ip -details link; lspci -k",
        }
        for machine in self.machines:
            for name, command in questions.items():
                if not machine.running:
                    break
                try:
                    output = machine.run(command, 30)
                except HarnessError as error:
                    print(f"    no {name}: {error}", flush=True)
                    break
                (self.folder / f"{machine.disk.stem}-{name}").write_text(output.stdout + output.stderr)


def _wait_confirmed(machine):
    """Until the boot has been confirmed good, which takes guard.settle, one minute."""
    machine.wait_booted()
    if not machine.wait_until(f"[ ! -e {GUARD} ]"):
        raise Deadline("the boot has not been confirmed")


def _digest(parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def _one_maker(what):
    """What all scenarios share is made by one of them, while the others that need it wait."""
    with open(paths.CACHE / f".making-{what}", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
