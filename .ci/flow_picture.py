"""Draws the published flows: the picture of the stack and the table of its ports in docs/architecture.md.

The flows are those that the roles publish: which role publishes on which tier comes from the plays of the layout stage,
and each role's flows are worked out by Ansible with the roles' own defaults, for an inventory on paper.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
from role_files import ROOT

if AnsibleCollectionConfig.collection_finder is None:  # unit tests have done it
    init_plugin_loader([str(ROOT / ".collections")])
sys.path.insert(0, str(ROOT / "tests" / "paper"))

from paper import Paper, inventory

STAGE = ROOT / "playbooks" / "stages" / "layout.yml"
ELSEWHERE = {"any": "anyone", "admin": "administrators (webstack_admin_networks)"}
# What is in front of what; a tier that is not named here comes last.
ORDER = ("lb", "web", "app", "db", "monitoring")
Flow = Mapping[str, Any]
Flows = Mapping[str, Sequence[Flow]]


def publishers() -> Iterator[tuple[str, str]]:
    """Each tier with each role that publishes there, in the order of the stage."""
    for play in yaml.load(STAGE.read_text(encoding="utf-8"), yaml.CSafeLoader):
        for task in play["tasks"]:
            role: Mapping[str, str] = task.get("ansible.builtin.import_role", {})
            if role.get("tasks_from") == "publish":
                yield from ((tier, role["name"].rpartition(".")[2]) for tier in play["hosts"].split(":"))


def published() -> dict[str, list[Flow]]:
    """What each tier lets in, by the roles' own variables."""
    flows: dict[str, list[Flow]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paper = Paper(inventory(12), Path(folder))
        layout = paper.layout()
        for tier, role in publishers():
            host = layout["tiers"][tier][0]
            said = paper.value(host, role, f"{{{{ __{role}_published.flows }}}}", webstack_layout=layout)
            flows.setdefault(tier, []).extend(said)
    return {tier: flows[tier] for tier in sorted(flows, key=[*ORDER, *flows].index)}


def specific(flows: Flows) -> tuple[list[Flow], dict[str, list[Flow]]]:
    """The flows that all tiers have, which are one arrow to the whole stack; and what each tier has beside them."""
    first, *others = flows.values()
    common = [flow for flow in first if all(flow in each for each in others)]
    return common, {tier: [flow for flow in each if flow not in common] for tier, each in flows.items()}


def sources(flow: Flow) -> list[str]:
    """Whom a flow lets in."""
    return [flow["from"]] if isinstance(flow["from"], str) else list(flow["from"])


def said(flow: Flow) -> str:
    """Protocol and port; VRRP has none."""
    return " ".join(str(flow[each]) for each in ("protocol", "port") if flow[each])


def picture(flows: Flows) -> str:
    """Tiers as boxes, flows as arrows from who may come to who listens, dashed within a host; Mermaid."""
    common, own = specific(flows)
    arrows: dict[tuple[str, str, str], list[str]] = {}
    for target, each in {"stack": common, **own}.items():
        for flow in each:
            for source in sources(flow):
                ends = (target, "-.->", target) if source == "loopback" else (source, "-->", target)
                arrows.setdefault(ends, []).append(f"{flow['name']}: {said(flow)}")
    outside = dict.fromkeys(source for source, _arrow, _target in arrows if source not in flows)
    return "\n".join(
        [
            "```mermaid",
            "flowchart LR",
            *(f'  {source}(["{ELSEWHERE.get(source, source)}"])' for source in outside),
            "  subgraph stack",
            *(f"    {tier}" for tier in flows),
            "  end",
            *(
                f'  {source} {arrow}|"{"<br>".join(words)}"| {target}'
                for (source, arrow, target), words in arrows.items()
            ),
            "```",
        ]
    )


def table(flows: Flows) -> str:
    """The same with its reasons, one row a flow."""
    common, own = specific(flows)
    known = {**ELSEWHERE, "loopback": "the host itself"}
    rows = ["| hosts | flow | protocol, port | who may come | why |", "|---|---|---|---|---|"]
    for hosts, each in {"every host": common, **own}.items():
        for flow in each:
            who = ", ".join(known.get(source, source) for source in sources(flow))
            rows.append(f"| {hosts} | {flow['name']} | {said(flow)} | {who} | {flow['why'].rstrip('.')} |")
    return "\n".join(rows)
