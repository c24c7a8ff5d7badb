# SPDX-License-Identifier: BSD-2-Clause
"""The dashboard is one that Grafana takes, by a schema of the parts it has, and asks for metrics that there are."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import yaml
from overlays import ROOT, TOOLS

DASHBOARD = ROOT / "packaging/grafana/onload-node.json"
SCHEMA = Path(__file__).parent / "dashboard.schema.json"
VALIDATE = "import json, sys, jsonschema; [print(e.json_path, e.message) for e in jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).iter_errors(json.load(open(sys.argv[2])))]"


def _complaints(document):
    """By the validator that the objects for the cluster have as well."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(document, file)
        file.flush()
        done = subprocess.run([TOOLS / "validator/bin/python", "-c", VALIDATE, SCHEMA, file.name], capture_output=True, text=True, timeout=600)
    return done.stdout + done.stderr


def _overlap(panels):
    cells = [(panel["title"], {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])})
             for panel in panels for at in [panel["gridPos"]]]
    return [(one, other) for number, (one, those) in enumerate(cells) for other, these in cells[number + 1:] if those & these]


def _promql(cases, queries):
    if not (TOOLS / "promtool").exists():
        cases.skip("promtool takes every query of the dashboard", "there is no promtool; Debian's package prometheus has it")
        return
    rules = {"groups": [{"name": "dashboard", "rules": [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]}]}
    with tempfile.TemporaryDirectory(prefix="onload-node-dashboard.") as folder:
        (Path(folder) / "rules.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
        done = subprocess.run([TOOLS / "promtool", "check", "rules", "rules.yaml"], cwd=folder, capture_output=True, text=True, timeout=600)
    cases.check("promtool takes every query of the dashboard", done.returncode == 0, done.stdout + done.stderr)


def everything(cases):
    document = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    cases.equal("the dashboard is of its schema", _complaints(document), "")
    cases.check("and the schema would notice", all(_complaints(spoilt) for spoilt in (document | {"panels": []}, document | {"more": 1})))
    panels = document["panels"]
    cases.equal("no panel lies over another", _overlap(panels), [])
    cases.equal("each has a number of its own", len({panel["id"] for panel in panels}), len(panels))
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    metrics = set(re.findall(r'"(onload_\w+)"', (ROOT / "src/device_plugin/metrics.cpp").read_text(encoding="utf-8")))
    asked = {name for query in queries for name in re.findall(r"\bonload_\w+", query)}
    cases.equal("it asks for metrics that there are", sorted(asked - metrics), [])
    missing = {"onload_node_state", "onload_node_guard_tripped", "onload_node_time_daemon_active", "onload_device_plugin_devices", "onload_node_info"} - asked
    cases.equal("it has states, reasons, guard, clock and devices", sorted(missing), [])
    _promql(cases, queries)
