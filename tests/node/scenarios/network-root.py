# SPDX-License-Identifier: BSD-2-Clause
"""A disk that the node has over a port is not cut off by a swap: the node stays on its in-tree driver, and says why. Nor is one
that it has over an active port cut off by the way back, whatever the network may lose.

The disk is real NVMe over TCP of the node's own kernel (nvmet_tcp and nvme_tcp), over the wire between the two ports: routes by source
address (ip-rule(8)) send out what would otherwise stay in the machine. It stands for every disk that an initrd brings up before us:
a root on iSCSI or NVMe, as coreos-installer and dracut's nvmf and iscsi modules make it."""

from harness import check, expect_equal
from harness.exit_status import IN_TREE
from harness.product import Product

MODULES = ("nvmet-tcp", "nvme-tcp")
UNIT_SECONDS = 600

PORTS = """
for port in ens8f0 ens8f1; do
    ip link set $port up
    for setting in rp_filter=0 accept_local=1 arp_ignore=1; do sysctl -qw net.ipv4.conf.$port.$setting; done
done
ip address add 192.0.2.1/24 dev ens8f0
ip address add 192.0.2.2/24 dev ens8f1
ip route add 192.0.2.2 dev ens8f0 src 192.0.2.1 table 100
ip route add 192.0.2.1 dev ens8f1 src 192.0.2.2 table 101
"""

RULES = """
sysctl -qw net.ipv4.conf.all.rp_filter=0
ip rule add pref 10 iif ens8f0 lookup local
ip rule add pref 11 iif ens8f1 lookup local
ip rule add pref 20 from 192.0.2.1 to 192.0.2.2 lookup 100
ip rule add pref 21 from 192.0.2.2 to 192.0.2.1 lookup 101
ip rule add pref 100 lookup local
ip rule del pref 0
"""

TARGET = """
mount -t configfs none /sys/kernel/config 2>/dev/null || true
truncate -s 32M /root/disk.img
mkfs.ext4 -q -b 4096 /root/disk.img
cd /sys/kernel/config/nvmet
mkdir subsystems/disk subsystems/disk/namespaces/1 ports/1
echo 1 >subsystems/disk/attr_allow_any_host
echo /root/disk.img >subsystems/disk/namespaces/1/device_path
echo 1 >subsystems/disk/namespaces/1/enable
cd ports/1
echo tcp >addr_trtype; echo ipv4 >addr_adrfam; echo 192.0.2.2 >addr_traddr; echo 4420 >addr_trsvcid
ln -s ../../subsystems/disk subsystems/disk
"""

WITHOUT_DISK = "umount /disk && echo 1 >/sys/class/nvme/nvme0/delete_controller"

HOST = """
echo transport=tcp,traddr=192.0.2.2,host_traddr=192.0.2.1,trsvcid=4420,nqn=disk >/dev/nvme-fabrics
for i in $(seq 3000); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done
mkdir -p /disk
mount /dev/nvme0n1 /disk
head -c 4M /dev/urandom >/disk/program
sync
"""


def bring_up_disk(machine):
    machine.check(f"set -e; for name in {' '.join(MODULES)}; do modprobe $name; done")
    machine.check("set -e" + PORTS + RULES + TARGET + HOST)


def read_again(machine):
    """Not from memory."""
    machine.run("echo 3 >/proc/sys/vm/drop_caches")
    return machine.run("timeout -s KILL 300 md5sum /disk/program").ok


def stays_on_the_way_back(machine, product):
    """The same disk over the ports of the staged driver."""
    expect_equal("without the disk the node is activated", (product.run("apply --live").rc, product.status()["state"]), (0, "active"))
    machine.check("set -e" + PORTS + HOST)
    check("on the staged driver the disk can be read", read_again(machine), machine.run("dmesg | tail -20").stdout)
    refused = product.run("revert --live")
    expect_equal("revert --live is refused, and nothing changed", (refused.rc, product.status()["state"], product.out_of_tree("sfc")), (1, "active", True))
    check("it names the disk, the port and what to do",
          all(words in refused.stderr for words in ("nvme0 at 192.0.2.2", "port ens8f0", "unmount it")), refused.stderr)
    check("the disk can still be read", read_again(machine), product.journal())
    machine.check(WITHOUT_DISK)
    expect_equal("without the disk it goes back", (product.run("revert --live").rc, product.out_of_tree("sfc")), (0, False))


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    bring_up_disk(machine)
    check("before: the disk can be read", read_again(machine), machine.run("dmesg | tail -20").stdout)
    machine.release()
    product.seconds_to_end(UNIT_SECONDS)
    check("the disk can still be read", read_again(machine), product.journal())
    status = product.recorded_status()
    expect_equal("in-tree, and the reason", (status["state"], status["reason_code"], product.exit_status()), ("in-tree", "storage-over-port", IN_TREE))
    check("the reason names the disk and the port", "nvme0 at 192.0.2.2" in status["reason"] and "ens8f0" in status["reason"], status["reason"])
    expect_equal("the driver was not touched", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    checked = product.run("verify")
    check("verify says it, too", checked.rc == IN_TREE and "storage" in checked.stdout and "nvme0" in checked.stdout, checked.stdout)
    machine.check(WITHOUT_DISK)
    expect_equal("without the disk verify has nothing to say against it", product.run("verify").rc, 0)
    stays_on_the_way_back(machine, product)
