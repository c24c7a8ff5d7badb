# SPDX-License-Identifier: BSD-2-Clause
"""What the platform refuses: watches, files, the port, and mounts whose folder has gone."""

import os
import shutil
import socket
import subprocess
import time

from kubelet import until
from node import Process, status
from running import becomes, registered, running

NOBODY = 65534


def unprivileged(node):
    """Gives the kubelet's folder away, so that the plugin can run as somebody whom the kernel refuses."""
    for folder in (node.root, node.root / "opt"):
        folder.chmod(0o755)
    os.chown(node.kubelet_directory, NOBODY, NOBODY)
    node.kubelet.socket.chmod(0o666)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def refused_watch(cases, api, program):
    """Folders that may be searched and not read may not be watched, as SELinux has it for /dev."""
    with running(api, program, start=False) as (node, _):
        who = unprivileged(node)
        node.dev.chmod(0o711)
        node.say(status())
        process = Process(program, node, **who)
        try:
            if not cases.check("a watch is refused: healthy all the same", registered(node) and becomes(node, "Healthy"), process.said()):
                return
            cases.check("a watch is refused: it says so and names SELinux",
                        process.says(f"{node.dev}: Permission denied; does SELinux refuse it?"), process.said())
            (node.dev / "onload").unlink()
            cases.check("a watch is refused: a device that goes is noticed", becomes(node, "Unhealthy"), process.said())
            node.make_device("/dev/onload")
            cases.check("a watch is refused: one that comes, too", becomes(node, "Healthy"), process.said())
            cases.equal("a watch is refused: it is told once", process.said().count("changes cannot be watched"), 1)
            node.dev.chmod(0o755)
            cases.check("watched again: it says so", process.says("every change is noticed at once again"), process.said())
        finally:
            process.terminate()


def no_more_watches(cases, api, program):
    """The limits of inotify count for a user; in a user namespace of one's own they are as small as one likes."""
    for limit, words in (("max_inotify_instances", "fs.inotify.max_user_instances?"), ("max_inotify_watches", "fs.inotify.max_user_watches is reached")):
        with running(api, program, start=False) as (node, _):
            node.say(status())
            shell = f'echo 0 >/proc/sys/user/{limit} && exec "$@"'
            wrapped = ["unshare", "--user", "--map-root-user", "sh", "-c", shell, "sh", program]
            if subprocess.run([*wrapped[:-2], "sh", "true"], capture_output=True, timeout=20).returncode != 0:
                cases.skip(f"{limit} is reached", "no user namespace can be made here")
                continue
            process = Process(wrapped, node)
            try:
                healthy = registered(node) and becomes(node, "Healthy")
                cases.check(f"{limit} is reached: it goes on and says so", healthy and process.says(words), process.said())
                (node.dev / "onload").unlink()
                cases.check(f"{limit} is reached: a device that goes is noticed", becomes(node, "Unhealthy"), process.said())
            finally:
                process.terminate()


def refused_files(cases, api, program):
    with running(api, program, start=False) as (node, _):
        who = unprivileged(node)
        node.says_of_cdi()
        node.status_file.chmod(0o600)
        process = Process(program, node, **who)
        try:
            registered(node)
            refused = "the node's status may not be read"
            cases.check("a status that is refused: the reason names SELinux", process.says(refused) and "does SELinux refuse it?" in process.said(), process.said())
            cases.check("a status that is refused: nobody is asked whether onload-node has run", "has onload-node run?" not in process.said())
            node.status_file.chmod(0o644)
            cases.check("a status that may be read: healthy", becomes(node, "Healthy"), process.said())
            library = node.libraries / "libonload.so"
            library.chmod(0o600)
            cases.check("a library that is refused: unhealthy, SELinux and the remedy are named",
                        becomes(node, "Unhealthy") and process.says("systemctl restart onload-node-refresh"), process.said())
            library.chmod(0o644)
            cases.check("a library that may be read: healthy", becomes(node, "Healthy"), process.said())
            node.spec_file.parent.chmod(0o700)
            node.says_of_cdi()
            cases.check("a spec that may not be looked at: the node's word counts", not until(lambda: node.kubelet.plugin.health() != "Healthy", 2), process.said())
            node.says_of_cdi(spec="", problem="publish.cdi is false")
            cases.check("a spec that is not there, by the node's word: unhealthy",
                        becomes(node, "Unhealthy") and process.says("publish.cdi is false"), process.said())
            node.says_of_cdi(libraries="/opt/onload/9.0.1-ba9876543210/usr/lib64")
            cases.check("a spec of libraries that are not there, by the node's word: unhealthy", process.says("/opt/onload/9.0.1-ba9876543210/usr/lib64"), process.said())
        finally:
            process.terminate()


def refused_port(cases, api, program):
    with socket.create_server(("127.0.0.1", 0)) as taken, running(api, program, start=False) as (node, _):
        node.say(status())
        port = taken.getsockname()[1]
        process = Process(program, node, f"--listen=127.0.0.1:{port}")
        try:
            healthy = registered(node) and becomes(node, "Healthy")
            cases.check("a port that is taken: devices are offered all the same", healthy, process.said())
            words = f"cannot listen on 127.0.0.1:{port}"
            cases.check("a port that is taken: it is said, with what to do", process.says(words) and "--listen names another" in process.said(), process.said())
            taken.close()
            cases.check("a port that is free again is taken", process.says(f"/healthz and /metrics on port {port}"), process.said())
            cases.equal("and answers", process.get("/healthz")[:1], (200,))
        finally:
            process.terminate()


def stale_mount(cases, api, program):
    """A mount outlives the folder that it is of, as that of a pod does when staging exchanges the folder."""
    with running(api, program, start=False) as (node, _):
        view = node.root / "view"
        view.mkdir()
        mounted = f"mount --bind {node.user} {view}"
        if subprocess.run(f"unshare --mount sh -c '{mounted}'", shell=True, capture_output=True, timeout=20).returncode != 0:
            cases.skip("a mount whose folder has gone", "nothing can be mounted here")
            return
        node.say(status())
        wrapped = ["unshare", "--mount", "sh", "-c", f'{mounted} && exec "$@"', "sh", program]
        more = (f"--library-path={view}/usr/lib64", "--mode=explicit")
        process = Process(wrapped, node, *more)
        try:
            if not cases.check("a mount: healthy", registered(node) and becomes(node, "Healthy"), process.said()):
                return
            old = node.user.rename(node.user.with_name("old"))
            node.stage("8.1.2")
            for entry in old.iterdir():
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            cases.check("what was in its folder has gone: unhealthy", becomes(node, "Unhealthy"), process.said())
            time.sleep(1)  # until it waits again
            cases.equal("and /healthz is still well", process.get("/healthz")[0], 200)
            # The folder itself goes last, and the kernel does not report that of a folder that is mounted.
            old.rmdir()
            answers = []
            until(lambda: answers.append(process.get("/healthz")) or answers[-1][0] == 503)
            code, _, text = answers[-1]  # the next one may be too late: it ends after ten seconds
            cases.check("its folder has gone: /healthz fails, since no look will ever help", code == 503 and "was removed on the host" in text, (code, text))
            cases.equal("its folder has gone: it ends, to be started with a new mount", process.exit_status(), 1)
            cases.check("and says why", "ending, to be restarted" in process.said(), process.said())
        finally:
            process.terminate()
        again = Process(wrapped, node, *more)
        cases.check("restarted: healthy", registered(node, 2) and becomes(node, "Healthy"), again.said())
        again.terminate()


PARTS = (refused_watch, no_more_watches, refused_files, refused_port, stale_mount)
