# SPDX-License-Identifier: BSD-2-Clause
"""Stagings that are cut short at seeded instants, and what is demanded of the node after each of them."""

import random
import re

from . import paths
from .checks import check, expect_equal, note
from .module_images import everything, oci_archive, tar_of
from .product import BINARY

FOLDER = "/root/images"
KILL_AT_RENAME = "/root/kill_at_rename"
EXCHANGING = 0.7
PARTS = ("opt/lib/modules/", "opt/onload/", "usr/local/sbin/sfptpd", "usr/local/sbin/onload_cp_server")


def image(kernel, mark):
    """Everything in it is of this image: a mix would show."""
    files = everything(kernel, f"module of {mark}\n".encode())
    for number in range(40):
        files[f"opt/lib/modules/{kernel}/extra/part-{number}"] = f"{mark}{number}".encode() * 4000
        files[f"opt/onload/usr/lib64/part-{number}"] = f"{mark}{number}".encode() * 2000
    files[f"opt/lib/modules/{kernel}/extra/only-{mark}"] = mark.encode()
    for program in ("opt/onload/sbin/onload_cp_server", "usr/sbin/sfptpd"):
        files[program] += f"\n# {mark}\n".encode()
    return files


def parts_of(content):
    return {part: {path: digest for path, digest in content.items() if path.startswith(part)} for part in PARTS}


class CutShort:
    """A node with an old image staged, and a new one beside it that is staged over it again and again."""

    def __init__(self, lab, node):
        self.node, self.machine = node, node.machine
        for mark in ("old", "new"):
            files = image(lab.kernel, mark)
            self.machine.write(f"{FOLDER}/{mark}.tar", tar_of(files))
            self.machine.write(f"{FOLDER}/{mark}.oci", oci_archive(files))
        self.whole = {mark: self.staged(f"{FOLDER}/{mark}.tar", mark) for mark in ("new", "old")}
        # Containers that were started with the old ones hold them.
        self.held = node.current_libraries()
        self.held_content = node.libraries(self.held)
        self.machine.push(paths.PROGRAMS / "kill_at_rename", KILL_AT_RENAME, 0o755)
        self.durations, self.counts = {}, {}

    def staged(self, source, mark):
        done = self.node.stage(source)
        check(f"the {mark} image is staged", done.rc == 0, done)
        return parts_of(self.node.content())

    def duration(self, source):
        """Of a run that nobody kills, in seconds: the shorter of two, measured once."""
        if source not in self.durations:
            self.durations[source] = min(self.measured(source) for _ in range(2))
        return self.durations[source]

    def measured(self, source):
        took = self.machine.check(f"s=$EPOCHREALTIME; {BINARY} stage {source} >/dev/null; echo $s $EPOCHREALTIME")
        self.node.stage(f"{FOLDER}/old.tar")
        begin, end = map(float, took.split())
        return end - begin

    def states(self):
        """"old", "new" or what is wrong, for each part."""
        now = parts_of(self.node.content())
        return {part: next((mark for mark in ("old", "new") if now[part] == self.whole[mark][part]), "a mix") for part in PARTS}

    def renames(self, source):
        """How many of them a run that nobody kills takes, counted once."""
        if source not in self.counts:
            done = self.machine.run(f"{KILL_AT_RENAME} 0 {BINARY} stage {source}")
            self.counts[source] = int(re.search(r"^renames: (\d+)$", done.stderr, re.MULTILINE)[1])
            check(f"its renames can be counted: {self.counts[source]}", done.rc == 0 and self.counts[source] >= len(PARTS), done)
            self.node.stage(f"{FOLDER}/old.tar")
        return self.counts[source]

    def kill(self, seed, by_podman=False):
        """Half of the kills come right before a rename, for there one state becomes another; the others at any moment."""
        source, chance = self.source(by_podman), random.Random(seed)
        if chance.random() < 0.5:
            number = chance.randint(1, self.renames(source))
            self.machine.run(f"{KILL_AT_RENAME} {number} {BINARY} stage {source} </dev/null")
            self.look(seed, source, f"killed before rename {number} of {self.renames(source)}")
        else:
            seconds = chance.uniform(0, self.duration(source))
            self.machine.check(f"{self.begun(source, seconds)}; kill -KILL $pid 2>/dev/null; wait $pid 2>/dev/null; true")
            self.look(seed, source, f"killed after {seconds:.4f} s")

    def cut_power(self, seed, by_podman=False):
        """Half of the cuts come in the last part of a run, where names are exchanged."""
        source, chance = self.source(by_podman), random.Random(seed)
        duration = self.duration(source)
        seconds = chance.uniform(EXCHANGING * duration if chance.random() < 0.5 else 0, duration)
        self.machine.check("sync")
        self.machine.check(self.begun(source, seconds))
        self.machine.power_cut()
        self.machine.start()
        self.machine.wait_booted()
        self.look(seed, source, f"power after {seconds:.2f} s", rebooted=True)

    @staticmethod
    def source(by_podman):
        return f"oci-archive:{FOLDER}/new.oci" if by_podman else f"{FOLDER}/new.tar"

    @staticmethod
    def begun(source, seconds):
        return f"setsid {BINARY} stage {source} >/run/stage.log 2>&1 </dev/null & pid=$!; sleep {seconds:.4f}"

    def look(self, seed, source, how, rebooted=False):
        """What is there, and what the next run makes of it."""
        states = self.states()
        note(f"seed {seed}: {how}{' (podman)' if ':' in source else ''}: {' '.join(states.values())}")
        check(f"seed {seed}: each tree and program is the old or the new one as a whole", "a mix" not in states.values(), states)
        self.look_at_libraries(seed, rebooted)
        verified = self.node.verify()
        check(f"seed {seed}: what is there would load", verified.rc == 0, verified.stdout)
        again = self.node.stage(source)
        expect_equal(f"seed {seed}: the next run ends well, with the new ones", (again.rc, set(self.states().values())), (0, {"new"}))
        expect_equal(f"seed {seed}: and nothing is left of the one before", self.node.left_of_staging(), [])
        self.node.stage(f"{FOLDER}/old.tar")

    def look_at_libraries(self, seed, rebooted):
        """No container outlives a reboot: what had been replaced by then goes as a whole."""
        there = self.node.libraries(self.held)
        if rebooted and not there:
            check(f"seed {seed}: the libraries that nobody holds any more are not the current ones", self.node.current_libraries() != self.held)
        else:
            check(f"seed {seed}: the libraries that pods hold are whole", there == self.held_content, self.held)
