# SPDX-License-Identifier: BSD-2-Clause
"""What editors, package managers and administrators leave in the folders that are read never costs a node its driver."""

from harness import check, expect_equal
from harness.product import Product

# Of Emacs (a link that leads nowhere), vim, patch and rpm; the way in which systemd masks a file; a folder of that name.
STRAY = r"""
mkdir -p /etc/onload-node/config.d /etc/systemd/network /run/systemd/network /var/lib/onload-node
for file in /etc/onload-node/config.d/10-names.toml /etc/systemd/network/10-ports.link /etc/udev/rules.d/70-ports.rules \
            /var/lib/onload-node/names.toml /etc/onload-node/modules.sha256; do
    folder=${file%/*} name=${file##*/}
    ln -s root@node.4711:1 $folder/.#$name
    for left in .$name.swp $name~ $name.orig $name.rpmnew $name.rpmsave "#$name#" .hidden-$name; do echo '[rubbish' >"$folder/$left"; done
    ln -s /dev/null $folder/90-masked.${name##*.}
    mkdir $folder/95-folder.${name##*.}
done
echo rubbish >'/run/systemd/network/71-onload-node-0000:00:08.0.link~'
mkdir -p /opt/lib/modules/.new /opt/lib/modules/lost+found; echo rubbish >/opt/lib/modules/README
mkdir -p /opt/lib/modules/$(uname -r)/extra/.old; echo rubbish >/opt/lib/modules/$(uname -r)/extra/sfc.ko.orig
"""


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    machine.check(STRAY)
    machine.release()
    check("the boot completes", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    status = product.status()
    expect_equal("the node is active", (status["state"], status["reason"]), ("active", "as configured"))
    expect_equal("its ports have their names", product.names(), ["ens8f0", "ens8f1"])
    check("no hidden folder is a kernel", not [kernel for kernel in status["staged"] if kernel.startswith(".")], status["staged"])
    expect_equal("and nothing is to be done", product.run("plan").rc, 0)
