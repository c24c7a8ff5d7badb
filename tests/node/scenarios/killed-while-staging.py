# SPDX-License-Identifier: BSD-2-Clause
"""Whenever `stage` is killed, or the power fails while it runs, each tree is the old one or the new one as a whole.

Each kill has a seed, from which its instant comes; --seed N repeats one of them. Every fifth image comes by podman, and for
every fifth the power fails instead. The next run cleans up and ends well."""

import random

from harness import check, expect_equal, note
from harness.module_images import everything, oci_archive, tar_of
from harness.product import BINARY
from harness.staging import StagingNode

FOLDER = "/root/images"
FIRST_SEED = 1
# Half of the kills fall into the last part of a run, where names are exchanged.
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


class Node:
    def __init__(self, lab, node):
        self.node, self.machine = node, node.machine
        for mark in ("old", "new"):
            files = image(lab.kernel, mark)
            self.machine.write(f"{FOLDER}/{mark}.tar", tar_of(files))
            self.machine.write(f"{FOLDER}/{mark}.oci", oci_archive(files))
        self.whole = {mark: self.staged(f"{FOLDER}/{mark}.tar", mark) for mark in ("new", "old")}
        self.durations = {}

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
        took = self.machine.check(f"s=$EPOCHREALTIME; {BINARY} stage {source} >/dev/null; echo $s $EPOCHREALTIME", 300)
        self.node.stage(f"{FOLDER}/old.tar")
        begin, end = map(float, took.split())
        return end - begin

    def states(self):
        """"old", "new" or what is wrong, for each part."""
        now = parts_of(self.node.content())
        return {part: next((mark for mark in ("old", "new") if now[part] == self.whole[mark][part]), "a mix") for part in PARTS}


def instant_of(seed, duration):
    chance = random.Random(seed)
    return chance.uniform(EXCHANGING * duration if chance.random() < 0.5 else 0, duration)


def cut_short(node, source, seconds, power):
    """Kills the run, or the machine, that many seconds after its start."""
    machine = node.machine
    machine.check("sync")
    start = f"setsid {BINARY} stage {source} >/run/stage.log 2>&1 </dev/null & pid=$!; sleep {seconds:.3f}"
    if power:
        machine.check(start, 60 + seconds)
        machine.power_cut()
        machine.start()
        machine.wait_booted()
    else:
        machine.check(f"{start}; kill -KILL $pid 2>/dev/null; wait $pid 2>/dev/null; true", 60 + seconds)


def one_kill(node, seed):
    by_podman, power = seed % 5 == 3, seed % 5 == 0
    source = f"oci-archive:{FOLDER}/new.oci" if by_podman else f"{FOLDER}/new.tar"
    seconds = instant_of(seed, node.duration(source))
    cut_short(node, source, seconds, power)
    states = node.states()
    note(f"seed {seed}: {'power' if power else 'killed'} after {seconds:.2f} s{' (podman)' if by_podman else ''}: "
         f"{' '.join(states.values())}")
    check(f"seed {seed}: each tree and program is the old or the new one as a whole", "a mix" not in states.values(), states)
    verified = node.node.run("verify")
    check(f"seed {seed}: what is there would load", verified.rc == 0, verified.stdout)
    again = node.node.stage(source)
    expect_equal(f"seed {seed}: the next run ends well, with the new ones", (again.rc, set(node.states().values())), (0, {"new"}))
    expect_equal(f"seed {seed}: and nothing is left of the one before", node.node.left_of_staging(), [])
    node.node.stage(f"{FOLDER}/old.tar")


def scenario(lab):
    node = Node(lab, StagingNode.delivered(lab, functions=2))
    seeds = [lab.seed] if lab.seed is not None else range(FIRST_SEED, FIRST_SEED + (50 if lab.full else 10))
    for seed in seeds:
        one_kill(node, seed)
