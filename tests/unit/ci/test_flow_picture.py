"""The picture in docs/architecture.md shows every published flow, and nothing else."""

import flow_picture
import pytest
import yaml


def flow(name, source, port, protocol="tcp"):
    return {"name": name, "from": source, "port": port, "protocol": protocol, "why": f"{name} has to."}


SSH = flow("ssh", ["admin"], 22)
FLOWS = {
    "lb": [SSH, flow("https", "any", 443), flow("http", "any", 80), flow("vrrp", ["lb"], None, "vrrp")],
    "db": [flow("mysql", ["db", "lb"], 3306), SSH, flow("own", ["loopback"], 1)],
}


def test_flows_are_arrows():
    assert flow_picture.picture(FLOWS).splitlines() == [
        "```mermaid",
        "flowchart LR",
        '  admin(["administrators (webstack_admin_networks)"])',
        '  any(["anyone"])',
        "  subgraph stack",
        "    lb",
        "    db",
        "  end",
        '  admin -->|"ssh: tcp 22"| stack',
        '  any -->|"https: tcp 443<br>http: tcp 80"| lb',
        '  lb -->|"vrrp: vrrp"| lb',
        '  db -->|"mysql: tcp 3306"| db',
        '  lb -->|"mysql: tcp 3306"| db',
        '  db -.->|"own: tcp 1"| db',
        "```",
    ]


def test_flows_are_rows():
    assert flow_picture.table(FLOWS).splitlines()[2:5] == [
        "| every host | ssh | tcp 22 | administrators (webstack_admin_networks) | ssh has to |",
        "| lb | https | tcp 443 | anyone | https has to |",
        "| lb | http | tcp 80 | anyone | http has to |",
    ]
    assert "| db | own | tcp 1 | the host itself | own has to |" in flow_picture.table(FLOWS)


def test_every_role_that_has_flows_is_asked_for_them():
    def published(path):
        return next(
            (
                value
                for name, value in yaml.load(path.read_text(), yaml.CSafeLoader).items()
                if name.endswith("_published")
            ),
            {},
        )

    wanted = {
        path.parts[-3] for path in flow_picture.ROOT.glob("roles/*/vars/main.yml") if published(path).get("flows")
    }
    assert wanted == {role for _tier, role in flow_picture.publishers()} & wanted
    assert len(wanted) > 5


@pytest.fixture(scope="module")
def published():
    return flow_picture.published()


def test_the_flows_are_those_of_the_roles(published):
    assert list(published) == ["lb", "web", "app", "db", "monitoring"]
    ports = {each["name"]: each["port"] for flows in published.values() for each in flows}
    assert {"ssh": 22, "https": 443, "web-https": 8443, "app-https": 9443, "mysql": 3306}.items() <= ports.items()


def test_every_flow_is_drawn_and_listed(published):
    picture, table = flow_picture.picture(published), flow_picture.table(published)
    for tier, flows in published.items():
        for each in flows:
            assert f"{each['name']}: {flow_picture.said(each)}" in picture, (tier, each)
            assert f"| {each['name']} | {flow_picture.said(each)} |" in table, (tier, each)
