# SPDX-License-Identifier: BSD-2-Clause
"""The QEMU command line of a node, and its process."""

import ctypes
import os
import signal
import socket
import subprocess

from .errors import HarnessError

FIRST_NIC_SLOT = 8
FUNCTIONS_PER_SLOT = 8
MAX_FUNCTIONS = 64
# Subsystem vendors of cards: Solarflare's, which the fixture sfc takes; Xilinx's, which the fixture xilinx_efct takes; Intel's own.
SOLARFLARE, XILINX, INTEL = 0x1924, 0x10EE, 0x8086
PR_SET_PDEATHSIG = 1

# One emulated processor has an eighth less to do: nobody waits for another one's lock, and none tells another to forget a page.
# Several are for scenarios about things at the same time (SEVERAL_PROCESSORS), and for all with --full.
ONE, SEVERAL = 1, 2
processors = ONE

# What a processor may have and the emulation is slow at: wide registers, string operations, one more level of page
# tables. Nothing here needs any of it, and the scenarios take a tenth less time.
EMULATED_CPU = "max,la57=off,smap=off,smep=off,umip=off,avx=off,avx2=off,xsave=off,erms=off,fsrm=off"

KERNEL_ARGUMENTS = (
    "console=ttyS0",
    "root=/dev/vda",
    "rw",
    # The kernel's own driver of the emulated cards; the fixture drivers are the only ones that may take them.
    "modprobe.blacklist=e1000e",
)
# What a boot takes much less time with. A machine's own argument of the same name takes the place of one of these.
CHEAPER = (
    "mitigations=off",  # they cost under emulation and protect nobody here
    # The kernel trusts no emulated time stamp counter by itself; each look at the clock then is a call of a device, a third of
    # a boot's work.
    "tsc=reliable",
    # The emulation translates a library anew for each address at which it is met: at the same one in every process, a command
    # takes a third of the time.
    "norandmaps",
    "cryptomgr.notests",
    "init_on_alloc=0",
    # What guards a machine against its users, counts their memory or serves those that need much of it: nothing here looks at it,
    # and a boot takes a tenth less without. Yama stays, for an empty list would be the kernel's own.
    "lsm=yama",
    "audit=0",
    "cgroup_disable=memory",
    "psi=0",
    "hardened_usercopy=off",
    "nowatchdog",
    "transparent_hugepage=never",
    # Whoever waits until all have seen a change (a module's end, an interface's) does not wait for the next tick.
    "rcupdate.rcu_expedited=1",
)


def mac(function):
    return f"00:0f:53:00:00:{function:02x}"


def pci_address(function):
    slot, number = divmod(function, FUNCTIONS_PER_SLOT)
    return f"0000:00:{FIRST_NIC_SLOT + slot:02x}.{number}"


def card(slot, first_mac, ports=2, vendor=SOLARFLARE):
    """The functions of one card, for `functions=`: in this slot, with MAC addresses that go with the card, of this subsystem vendor."""
    return [(slot, number, first_mac + number, vendor) for number in range(ports)]


def _layout(functions):
    """(slot, function, number of its MAC, subsystem vendor) of each function; a count of them fills slot after slot."""
    if not isinstance(functions, int):
        return list(functions)
    return [(FIRST_NIC_SLOT + number // FUNCTIONS_PER_SLOT, number % FUNCTIONS_PER_SLOT, number, SOLARFLARE) for number in range(functions)]


def _nic(slot, number, mac_number, vendor):
    return (
        f"e1000e,subsys_ven={vendor:#06x},subsys=0x8022,addr={slot:x}.{number},"
        f"multifunction=on,mac={mac(mac_number)}"
    )


def version():
    """QEMU's own word; a snapshot is of one version."""
    return subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, timeout=20, check=True).stdout


def _command_line(own):
    names = {argument.partition("=")[0] for argument in own}
    return " ".join([*KERNEL_ARGUMENTS, *(argument for argument in CHEAPER if argument.partition("=")[0] not in names), *own])


def arguments(disk, console, functions, boot_files, kernel_arguments, agent_fd, qmp_fd):
    vmlinux, initrd = boot_files
    layout = _layout(functions)
    if len(layout) > MAX_FUNCTIONS:
        raise HarnessError(f"{len(layout)} functions: a node has 0 to {MAX_FUNCTIONS}")
    accel = os.environ.get("ONLOAD_NODE_TEST_ACCEL", "tcg,thread=multi")
    cpu = "host" if accel.startswith("kvm") else EMULATED_CPU
    nics = [word for function in layout for word in ("-device", _nic(*function))]
    # nodefaults and nic none: no user networking, the cards have no other side.
    return [
        *("qemu-system-x86_64", "-accel", accel, "-cpu", cpu, "-smp", str(processors), "-m", "1024"),
        *("-nodefaults", "-no-user-config", "-display", "none", "-nic", "none"),
        # A reset ends QEMU and the harness starts another: after a reset inside one process software emulation was
        # seen to take ten times as long for every write to memory.
        *("-action", "reboot=shutdown"),
        *("-kernel", str(vmlinux), "-initrd", str(initrd)),
        *("-append", _command_line(kernel_arguments)),
        # Before the disk: the agent's port is called vport0p1 because its controller is the first virtio device.
        *("-device", "virtio-serial-pci,max_ports=2,addr=3"),
        *("-drive", f"file={disk},if=none,id=disk,format=qcow2"),
        *("-device", "virtio-blk-pci,drive=disk,addr=4"),
        *("-chardev", f"file,id=console,path={console},append=on", "-serial", "chardev:console"),
        *("-chardev", f"socket,id=agent,fd={agent_fd}"),
        *("-device", "virtserialport,chardev=agent,name=onload-node-test,nr=1"),
        *("-chardev", f"socket,id=qmp,fd={qmp_fd}", "-mon", "chardev=qmp,mode=control"),
        *nics,
    ]


def _end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def launch(disk, console, log, functions, boot_files, kernel_arguments, goes_on=()):
    """Starts QEMU with this kernel and initrd; `goes_on`: the words that have it go on from a kept moment instead. Returns its
    process and our ends of the agent's port and of the monitor."""
    agent, agent_far = socket.socketpair()
    qmp, qmp_far = socket.socketpair()
    with agent_far, qmp_far, open(log, "ab") as errors:
        command = arguments(disk, console, functions, boot_files, kernel_arguments, agent_far.fileno(), qmp_far.fileno())
        command += goes_on
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            pass_fds=(agent_far.fileno(), qmp_far.fileno()),
            preexec_fn=_end_with_parent,
        )
    return process, agent, qmp


def create_overlay(overlay, base, base_format):
    """An empty disk on top of `base`, which stays as it is."""
    overlay.unlink(missing_ok=True)
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base.resolve()), "-F", base_format, str(overlay)],
        check=True,
    )
