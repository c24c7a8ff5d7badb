# SPDX-License-Identifier: BSD-2-Clause
"""Every file of a node's disk, to be compared with what it has later."""

# What the system writes for itself while it lives, whoever is installed on it.
OF_OTHERS = (
    "/var/log /var/cache /var/tmp /var/lib/systemd /var/lib/chrony /var/lib/NetworkManager /tmp /etc/machine-id "
    "/etc/adjtime /etc/resolv.conf /etc/.updated /var/.updated /root/.bash_history"
)


def file_list(machine):
    """Path to owner, mode and link target or digest, for all files and links of the root file system. Folders do not
    count: the machine-config daemon leaves those that it made."""
    pruned = " -o ".join(f"-path {path}" for path in OF_OTHERS.split())
    lines = machine.check(
        f"find / -xdev \\( {pruned} \\) -prune -o ! -type d -printf '%U:%G %m %y %s %l\\t%p\\n' > /run/file-list && "
        f"find /etc /usr/local /opt /boot /root /var /usr/lib/systemd /usr/lib/udev -xdev \\( {pruned} \\) -prune -o -type f "
        "-print0 | xargs -0 sha256sum | sed 's/  /\\t/' && cat /run/file-list; rm /run/file-list",
        300,
    ).splitlines()
    files = {}
    for line in lines:
        what, _, path = line.partition("\t")
        files.setdefault(path, []).append(what)
    return files


def differences(before, after):
    """(added, gone, changed) paths, each sorted."""
    changed = [path for path in sorted(before.keys() & after.keys()) if before[path] != after[path]]
    return sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys()), changed
