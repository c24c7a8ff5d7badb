# SPDX-License-Identifier: BSD-2-Clause
"""Faults of module files and trees."""

from harness.product import SEQUENTIAL

from .kind import active, stays

KINDS = (
    # --- the staged tree as a whole
    stays("nothing staged for this kernel", "no-tree", breaks="mv /opt/lib/modules/$K /opt/lib/modules/5.14.0-284.el9", full_only=True),
    stays("/opt is empty", "no-tree", breaks="rm -rf /opt/*", full_only=True),
    stays("/opt is empty, names are sequential", "no-tree", breaks="rm -rf /opt/*", config=SEQUENTIAL,
          names=("sf0", "sf1"), trace="nothing-staged-sequential"),
    stays("/opt is a link into nowhere", "no-tree", breaks="mv /opt /opt.away; ln -s /nowhere /opt", full_only=True),
    stays("/opt is a file", "no-tree", breaks="mv /opt /opt.away; echo >/opt", full_only=True),
    stays("an empty tmpfs lies over /opt", "no-tree", breaks="mount -t tmpfs none /opt", full_only=True),
    active("/opt is a link to another directory", breaks="mv /opt /var/opt.real; ln -s /var/opt.real /opt", full_only=True),
    stays("the kernel's staged directory is a file", "no-tree", breaks="rm -rf /opt/lib/modules/$K; echo >/opt/lib/modules/$K", full_only=True),
    stays("staged modules.dep missing", "no-tree", breaks="rm $staged/../modules.dep*", full_only=True),
    stays("staged modules.dep.bin empty", "module-missing", breaks=": >$staged/../modules.dep.bin", says=("sfc",), full_only=True),
    stays("staged modules.dep.bin garbage", "module-missing",
          breaks="head -c 4096 /dev/urandom >$staged/../modules.dep.bin", says=("sfc",), full_only=True),
    stays("staged modules.dep is a directory", "no-tree", breaks="rm $staged/../modules.dep*; mkdir $staged/../modules.dep", full_only=True),
    # --- the staged sfc.ko
    stays("staged sfc.ko missing", "unusable-module", breaks="rm $staged/sfc.ko", says=("sfc.ko",), full_only=True),
    stays("staged sfc.ko empty", "unusable-module", breaks=": >$staged/sfc.ko", says=("sfc.ko",), full_only=True),
    stays("staged sfc.ko cut in half", "unusable-module",
          breaks="truncate -s $(($(stat -c %s $staged/sfc.ko) / 2)) $staged/sfc.ko", says=("sfc.ko",), full_only=True),
    stays("staged sfc.ko is text", "unusable-module", breaks="echo not a module >$staged/sfc.ko", says=("sfc.ko",), full_only=True),
    stays("staged sfc.ko is a directory", "unusable-module", breaks="rm $staged/sfc.ko; mkdir $staged/sfc.ko", says=("sfc.ko",), full_only=True),
    stays("staged sfc.ko is a fifo", "unusable-module", breaks="rm $staged/sfc.ko; mkfifo $staged/sfc.ko", says=("sfc.ko",), full_only=True),
    stays("staged sfc.ko is a link into nowhere", "unsafe-path",
          breaks="rm $staged/sfc.ko; ln -s /nowhere/sfc.ko $staged/sfc.ko", says=("sfc.ko",), full_only=True),
    active("staged sfc.ko for another kernel, with the symbols of this one",
           breaks="sed -i \"s/vermagic=$K/vermagic=9${K:1}/\" $staged/sfc.ko", full_only=True),
    stays("staged sfc.ko for another kernel, and it has to be exact", "wrong-kernel", config='[driver]\nvermagic = "exact"\n',
          breaks="sed -i \"s/vermagic=$K/vermagic=9${K:1}/\" $staged/sfc.ko", says=("9.1.0",), full_only=True),
    active("staged sfc.ko is compressed whatever its name says",
           breaks="xz -z $staged/sfc.ko; mv $staged/sfc.ko.xz $staged/sfc.ko", full_only=True),
    stays("staged sfc.ko is not signed, and the kernel takes no other", "signature",
          breaks="echo 1 >/sys/module/module/parameters/sig_enforce", says=("not signed",), full_only=True),
    # --- the rest of the family
    stays("staged sfc_resource missing", "unusable-module", breaks="rm $staged/sfc_resource.ko.xz", says=("sfc_resource",), full_only=True),
    stays("staged sfc_resource.ko.xz is rotten", "unusable-module",
          breaks="printf rotten | dd of=$staged/sfc_resource.ko.xz bs=1 seek=2000 conv=notrunc", says=("sfc_resource",), full_only=True),
    stays("staged sfc_char.ko.zst is cut in half", "unusable-module",
          breaks="truncate -s $(($(stat -c %s $staged/sfc_char.ko.zst) / 2)) $staged/sfc_char.ko.zst", says=("sfc_char",), full_only=True),
    stays("staged onload.ko missing", "unusable-module", breaks="rm $staged/onload.ko", says=("onload",), full_only=True),
    stays("sfc_resource needs a symbol that nobody exports", "symbols",
          breaks="xz -d $staged/sfc_resource.ko.xz; sed -i s/sfc_fixture_port_count/sfc_fixture_port_c0unt/g $staged/sfc_resource.ko; "
                 "xz -z --check=crc32 $staged/sfc_resource.ko", says=("sfc_fixture_port_c0unt",), full_only=True),
    # --- the kernel's own tree
    stays("the in-tree mdio.ko is gone", "unusable-module", breaks="rm /lib/modules/$K/kernel/drivers/net/mdio.ko*", says=("mdio.ko",), full_only=True),
    stays("the in-tree sfc.ko is gone: there would be no way back", "unusable-module", breaks="rm $in_tree/sfc.ko*",
          says=("no way back", "sfc.ko"), full_only=True),
    stays("the in-tree modules.dep is gone", "module-missing", breaks="rm /lib/modules/$K/modules.dep*", says=("which sfc needs",), full_only=True),
    stays("the in-tree modules.dep.bin is garbage", "module-missing",
          breaks="head -c 4096 /dev/urandom >/lib/modules/$K/modules.dep.bin", says=("which sfc needs",), full_only=True),
    active("in-tree sfc.ko is blacklisted by others", breaks="echo 'blacklist sfc' >/etc/modprobe.d/others.conf", full_only=True),
)
