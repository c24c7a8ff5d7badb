# SPDX-License-Identifier: BSD-2-Clause
"""The alerts, evaluated by Prometheus's own promtool on series that a cluster would have: each fires for the node or DaemonSet that it
is about, and for no other."""

import json
import subprocess
import tempfile
from pathlib import Path

import yaml
from overlays import ROOT, TOOLS, of_kind

PROMTOOL = TOOLS / "promtool"
CARD = "label_feature_node_kubernetes_io_pci_1924_present"
STATE = "label_feature_node_kubernetes_io_onload_node_state"
DESIRED, READY = "kube_daemonset_status_desired_number_scheduled", "kube_daemonset_status_number_ready"
# Alert -> series (with their value), and the label that tells those which it has to fire for.
CASES = {
    "OnloadNodeFellBack": ({
        'onload_node_state{node="good",state="active"}': 1, 'onload_node_state{node="good",state="in-tree"}': 0,
        'onload_node_state{node="bad",state="in-tree"}': 1}, ("node", {"bad"})),
    "OnloadNodeReportsNothing": ({
        'onload_node_status_valid{node="good"}': 1, 'onload_node_status_valid{node="bad"}': 0}, ("node", {"bad"})),
    "OnloadNodeNotScraped": ({
        'kube_pod_info{pod="onload-device-plugin-aaaaa",node="silent"}': 1, 'kube_pod_info{pod="onload-device-plugin-bbbbb",node="good"}': 1,
        'kube_pod_info{pod="other-ccccc",node="elsewhere"}': 1, 'kube_pod_info{pod="onload-device-plugin-ddddd",node=""}': 1,
        'onload_node_status_valid{node="good"}': 1}, ("node", {"silent"})),
    "OnloadDaemonSetWantsNobody": ({
        f'{DESIRED}{{daemonset="onload-device-plugin"}}': 0, f'{DESIRED}{{daemonset="onload-stager-5.14"}}': 0,
        f'{DESIRED}{{daemonset="onload-stager-5.15"}}': 2, f'{DESIRED}{{daemonset="another"}}': 0},
        ("daemonset", {"onload-device-plugin", "onload-stager-5.14"})),
    "OnloadDaemonSetNotReady": ({
        f'{DESIRED}{{daemonset="onload-device-plugin"}}': 3, f'{READY}{{daemonset="onload-device-plugin"}}': 2,
        f'{DESIRED}{{daemonset="onload-stager-5.14"}}': 2, f'{READY}{{daemonset="onload-stager-5.14"}}': 2}, ("daemonset", {"onload-device-plugin"})),
    "OnloadNodeDegraded": ({'onload_node_state{node="half",state="degraded"}': 1, 'onload_node_state{node="good",state="active"}': 1}, ("node", {"half"})),
    "OnloadNodeWithoutReport": ({
        f'kube_node_labels{{node="bad",{CARD}="true"}}': 1, f'kube_node_labels{{node="good",{CARD}="true",{STATE}="active"}}': 1,
        f'kube_node_labels{{node="by-kmm",{CARD}="true",label_onload_node_driver="kmm"}}': 1, 'kube_node_labels{node="no-card"}': 1},
        ("node", {"bad"})),
}


def rules(rendered):
    """Alert -> rule, of the objects that are delivered."""
    values = [value for objects in rendered.values() for value in of_kind(objects, "PrometheusRule", "AlertingRule")]
    return {rule["alert"]: rule for value in values for group in value["spec"]["groups"] for rule in group["rules"]}


def _promtool(folder, *arguments):
    return subprocess.run([PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True, timeout=600)


def _test_of(name, rule):
    series, (label, firing) = CASES[name]
    severity = rule["labels"]["severity"]
    return {
        "interval": "1m",
        "input_series": [{"series": key, "values": f"{value}x120"} for key, value in series.items()],
        "alert_rule_test": [{
            "eval_time": "100m", "alertname": name,
            "exp_alerts": [{"exp_labels": {label: each, "severity": severity}} for each in sorted(firing)],
        }],
    }


def _words_of(folder, rule, node, code):
    """What the alert's description says of a node that has this reason, as promtool fills it in; "" where it cannot."""
    (Path(folder) / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "one", "rules": [rule]}]}), encoding="utf-8")
    series, (label, _) = CASES[rule["alert"]]
    reason = {"series": f'onload_node_info{{node="{node}",reason_code="{code}"}}', "values": "1x120"}
    test = {
        "interval": "1m", "input_series": [reason, *({"series": key, "values": f"{value}x120"} for key, value in series.items())],
        # Nothing is expected, so promtool complains with what it got.
        "alert_rule_test": [{"eval_time": "100m", "alertname": rule["alert"], "exp_alerts": []}],
    }
    (Path(folder) / "test.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}), encoding="utf-8")
    done = _promtool(folder, "test", "rules", "test.yaml")
    return done.stdout + done.stderr


def explained(cases, known, folder):
    """An alert says of each reason what the node itself says."""
    reasons = json.loads((ROOT / "packaging/reasons.json").read_text(encoding="utf-8"))["reasons"]
    for name, node in (("OnloadNodeFellBack", "bad"), ("OnloadNodeDegraded", "half")):
        for reason in reasons if name == "OnloadNodeFellBack" else reasons[:1]:
            words = _words_of(folder, known[name], node, reason["code"])
            advice = reason["advice"][0].upper() + reason["advice"][1:]
            others = [other["code"] for other in reasons if other is not reason and f" {other['code']}: " in words]
            cases.check(f"{name} explains {reason['code']}, and nothing else", f" {reason['code']}: {reason['meaning']} {advice}." in words and not others, words)


def everything(cases, rendered):
    known = rules(rendered)
    cases.equal("every alert has a case, and every case an alert", sorted(known), sorted(CASES))
    if not PROMTOOL.exists():
        cases.skip("the alerts fire for whom they are about", "there is no promtool; Debian's package prometheus has it")
        return
    with tempfile.TemporaryDirectory(prefix="onload-node-alerts.") as folder:
        whole = {"groups": [{"name": "all", "rules": list(known.values())}]}
        (Path(folder) / "whole.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
        done = _promtool(folder, "check", "rules", "whole.yaml")
        cases.check("promtool takes every rule", done.returncode == 0, done.stdout + done.stderr)
        for name, rule in known.items():
            if name not in CASES:
                continue
            # Their words are looked at above; here it is about whom they are.
            bare = {key: value for key, value in rule.items() if key != "annotations"}
            (Path(folder) / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "one", "rules": [bare]}]}), encoding="utf-8")
            test = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [_test_of(name, rule)]}
            (Path(folder) / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
            done = _promtool(folder, "test", "rules", "test.yaml")
            cases.check(f"{name} fires for whom it is about, and for no other", done.returncode == 0, done.stdout + done.stderr)
        explained(cases, known, folder)
