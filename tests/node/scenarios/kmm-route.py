# SPDX-License-Identifier: BSD-2-Clause
"""Where KMM loads the modules, and no MachineConfig of ours is, pods get Onload as well: the device plugin asks the kernel.

The modules come by modprobe from a folder of their own, as in KMM's pod; libraries and control plane server by the stager with a root, as
in the pod of onload/deploy-kmm. What the plugin gives out is given to a container."""

import shlex

from harness import check, expect_equal, paths
from harness.host_programs import take_along
from harness.module_images import LIBRARY, tar_of, user_files
from harness.product import DEVICES

FOLDER = "/root/kmm"
PLUGINS = "/var/lib/kubelet/device-plugins"
SERVER = "/usr/local/sbin/onload_cp_server"
LIBRARIES = "/opt/onload/usr/lib64"
# A copy of the node's files would be a pod's view of them; mounts of the folders are what it has.
MOUNTED = ("/opt", "/usr/local/sbin", "/var/lib/onload-node")


def load_as_kmm_does(machine):
    machine.push(paths.STAGED, f"{FOLDER}/modules/opt")
    machine.check("rmmod sfc")
    machine.check(f"modprobe -d {FOLDER}/modules/opt sfc && modprobe -d {FOLDER}/modules/opt onload cplane_server_path={SERVER}")
    machine.check("udevadm settle")


def stage(machine, library=LIBRARY):
    """As the init containers do it: one copies the files of an image, the other stages them below the host's folders."""
    files = user_files() | {f"{LIBRARIES[1:]}/libonload.so": library}
    machine.write(f"{FOLDER}/image.tar", tar_of({path: content for path, content in files.items() if path.startswith("opt/")}))
    machine.check(f"rm -rf {FOLDER}/image && mkdir {FOLDER}/image && tar -x -C {FOLDER}/image -f {FOLDER}/image.tar")
    mounts = " && ".join(f"mkdir -p {path} {FOLDER}/host{path} && mount --bind {path} {FOLDER}/host{path}" for path in MOUNTED)
    command = f"{mounts} && {FOLDER}/onload-node stage --root {FOLDER}/host {FOLDER}/image"
    return machine.run(f"unshare --mount bash -c {shlex.quote(command)}")


def said(machine, file):
    return machine.run(f"cat {FOLDER}/{file}").stdout


def start(machine, name, command):
    machine.check(f"systemd-run --quiet --unit=kmm-{name} --property=StandardOutput=file:{FOLDER}/{name} "
                  f"--property=StandardError=file:{FOLDER}/{name}.log {command}")


class Kubelet:
    """What the kubelet's stand-in has been told, from the last time on that it was asked."""

    def __init__(self, machine):
        self._machine, self._seen = machine, 0

    def hears(self, line):
        """Waits for a line that has not been seen before; returns those behind it so far."""
        found = self._machine.wait_until(f"tail -n +{self._seen + 1} {FOLDER}/kubelet | grep -qx {shlex.quote(line)}")
        lines = said(self._machine, "kubelet").splitlines()
        new, self._seen = lines[self._seen :], len(lines)
        return new if found else []


def becomes(machine, kubelet, health, why):
    heard = kubelet.hears(f"list 100 {health}")
    check(why, heard, said(machine, "plugin.log"))


def plugin_says(machine, words):
    return machine.wait_until(f"grep -qF {shlex.quote(words)} {FOLDER}/plugin.log")


def in_a_container(machine, given):
    """Runs what a kubelet would with that allocation."""
    machine.write(f"{FOLDER}/root.tar", tar_of({"bin/in_container": (paths.PROGRAMS / "in_container").read_bytes()}))
    machine.check(f"podman import --quiet {FOLDER}/root.tar localhost/in-container")
    options = []
    for kind, _, rest in (line.partition(" ") for line in given):
        if kind == "device":
            options.append(f"--device {rest}")
        elif kind == "mount":
            options.append(f"--volume {rest.replace(' ', ':')}:ro")
        elif kind == "env":
            options.append(f"--env {rest}")
    look_at = f"/dev/onload {LIBRARIES}/libonload.so"
    command = f"podman run --rm --network none --cgroups disabled {' '.join(options)} localhost/in-container /bin/in_container {look_at}"
    expect_equal("a container with what was given has device, libraries and preload", machine.run(command, 180).stdout,
                 f"LD_PRELOAD: {LIBRARIES}/libonload.so\n/dev/onload: device, opens\n{LIBRARIES}/libonload.so: file, read-only\n")


def goes_and_comes(machine, kubelet):
    machine.check("rmmod onload")
    becomes(machine, kubelet, "Unhealthy", "rmmod onload: unhealthy")
    check("and the log says why", plugin_says(machine, "Onload is not loaded"), said(machine, "plugin.log"))
    machine.check(f"modprobe -d {FOLDER}/modules/opt onload")
    check("without the parameter Onload would look elsewhere for its server", plugin_says(machine, "looks for its control plane server at"),
          said(machine, "plugin.log"))
    machine.check(f"rmmod onload && modprobe -d {FOLDER}/modules/opt onload cplane_server_path={SERVER}")
    becomes(machine, kubelet, "Healthy", "with it: healthy")
    machine.check(f"mv {SERVER} {SERVER}.away")
    becomes(machine, kubelet, "Unhealthy", "no control plane server: unhealthy")
    machine.check(f"mv {SERVER}.away {SERVER}")
    becomes(machine, kubelet, "Healthy", "there again: healthy")
    done = stage(machine, LIBRARY.replace(b"8.1.2.26", b"9.0.1.86"))
    check("libraries of another version are staged", done.rc == 0, done)
    becomes(machine, kubelet, "Unhealthy", "libraries of another version than the module: unhealthy")
    check("and the log names both", plugin_says(machine, "of version 9.0.1.86, the loaded Onload is 8.1.2.26"), said(machine, "plugin.log"))


def scenario(lab):
    machine = lab.stock_booted(functions=2)
    check("nothing of ours is on the node", not machine.run("ls -d /etc/onload-node /run/onload-node /usr/local/bin/onload-node").stdout)
    load_as_kmm_does(machine)
    for file in (paths.PROGRAM, *paths.PROGRAM_LIBRARIES):
        machine.push(file, f"{FOLDER}/{file.name}")
    done = stage(machine)
    check("the pod stages libraries and control plane server", done.rc == 0 and machine.run(f"test -x {SERVER}").ok, done)
    commands = take_along(lab, machine, [paths.DEVICE_PLUGIN, paths.KUBELET_STAND_IN], f"{FOLDER}/bin")
    machine.check(f"mkdir -p {PLUGINS}")
    start(machine, "kubelet", f"{commands['kubelet-stand-in']} {PLUGINS}")
    start(machine, "plugin", f"{commands['onload-device-plugin']} --source=modules --control-plane-server={SERVER}")
    kubelet = Kubelet(machine)
    given = kubelet.hears("given")
    check("the plugin registers and offers 100 healthy devices", {"registered amd.com/onload", "list 100 Healthy"} <= set(given), said(machine, "plugin.log"))
    expect_equal("it gives the devices out", [line for line in given if line.startswith("device ")], [f"device {device}" for device in DEVICES])
    expect_equal("and the libraries, by the path that every boot has", [line for line in given if line.startswith("mount ")], [f"mount {LIBRARIES} {LIBRARIES}"])
    in_a_container(machine, given)
    goes_and_comes(machine, kubelet)
    check("no status and no CDI spec was needed", not machine.run("ls -d /run/onload-node /run/cdi").stdout)
