"""What follows from an application as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.applications import FilterModule
from ansible_collections.scaleup.webstack.plugins.filter.rollback_target import FilterModule as Rollback
from ansible_collections.scaleup.webstack.plugins.plugin_utils.application import (
    CARRIED,
    Application,
    application_of,
    known,
)
from ansible_collections.scaleup.webstack.plugins.plugin_utils.applications import (
    label_of,
    packages_of,
    problems_of,
    rollback_target,
    told,
)
from ansible_collections.scaleup.webstack.plugins.plugin_utils.commands import (
    build_commands,
    migrate_command,
    start_command,
    unit_words,
)
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError

ROOT = Path(__file__).resolve().parents[4]
SHOP = {"name": "shop", "git": "https://git.example.com/shop", "version": "v1", "entry": "shop:app"}
applications = FilterModule().filters()["applications"]


def options():
    specs = yaml.safe_load((ROOT / "roles/settings/meta/argument_specs.yml").read_text())
    return specs["argument_specs"]["site"]["options"]["webstack_applications"]["options"]


def test_keys_and_defaults_are_those_of_the_argument_specs():
    assert list(options()) == list(known())
    blank = Application(name="shop")
    for key, option in options().items():
        if key != "name":
            value = getattr(blank, key)
            assert option["default"] == ({} if value is None else list(value) if isinstance(value, tuple) else value), (
                key
            )


def test_what_the_role_carries_is_there_and_sound():
    for name, runtimes in CARRIED.items():
        folders = {path.name for path in (ROOT / "roles/app_server/files" / name).iterdir() if path.is_dir()}
        assert folders == {*runtimes, "shared"}
        for runtime, entry in runtimes.items():
            assert list(problems_of("x", {"name": name, "runtime": runtime})) == []
            if "requirements" in entry:
                assert (ROOT / "roles/app_server/files" / name / runtime / entry["requirements"]).is_file()


def test_what_the_role_does_not_carry_needs_a_source():
    (sentence,) = problems_of("x", {"name": "demo", "runtime": "command", "start": "x"})
    assert "demo has no source" in sentence
    assert "only demo (python, node, ruby) comes with the role" in sentence


def test_the_demo_says_all_by_its_name():
    (demo,) = applications([{"name": "demo"}])
    assert demo["carried"]
    assert demo["unit"] == "[Service]\nExecStart=gunicorn --config gunicorn.conf.py\nMemoryDenyWriteExecute=yes\n"
    assert demo["migrate_command"] == ["python3", "-m", "demo", "migrate"]
    assert demo["packages"] == [
        *("gunicorn", "python3-flask", "python3-prometheus-client", "python3-pymysql", "python3-sqlalchemy")
    ]
    assert demo["secret_names"] == ["mysql_demo_writer", "mysql_demo_reader", "app_demo_secret_key"]


@pytest.mark.parametrize(
    ("runtime", "start", "packages"),
    [
        ("node", ["/usr/bin/node", "server.js"], ["nodejs", "npm"]),
        ("ruby", ["/usr/bin/puma", "--bind"], ["puma", "ruby", "ruby-erubi", "ruby-mysql2", "ruby-sinatra"]),
    ],
)
def test_the_demo_is_there_in_other_runtimes(runtime, start, packages):
    app = application_of({"name": "demo", "runtime": runtime})
    assert app.carried
    assert start_command(app)[:2] == start
    assert packages_of(app) == packages


def test_an_application_that_has_the_demos_name_and_a_source_is_another_one():
    app = application_of({**SHOP, "name": "demo"})
    assert not app.carried
    assert app.start == ""


START = [
    (
        {},
        "/usr/bin/python3 -m gunicorn --worker-class gthread --threads ${THREADS} --graceful-timeout 30 "
        "--access-logfile - shop:app",
    ),
    (
        {"requirements": "requirements.txt", "server": "uvicorn"},
        "/srv/webstack/apps/shop/%i/.venv/bin/python3 -m uvicorn --fd 3 --timeout-graceful-shutdown 30 shop:app",
    ),
    ({"runtime": "node", "entry": "server.js"}, "/usr/bin/node server.js"),
    (
        {"runtime": "ruby", "entry": "config.ru"},
        "/usr/bin/puma --bind unix:///run/webstack-app/shop-%i.sock "
        "--threads ${THREADS}:${THREADS} config.ru",
    ),
    (
        {"runtime": "ruby", "entry": "config.ru", "requirements": "Gemfile"},
        "/usr/bin/env GEM_HOME=/srv/webstack/apps/shop/%i/vendor/bundle "
        "GEM_PATH=/srv/webstack/apps/shop/%i/vendor/bundle: "
        "bundle exec puma --bind unix:///run/webstack-app/shop-%i.sock --threads ${THREADS}:${THREADS} config.ru",
    ),
    ({"runtime": "command", "start": "./bin/shop --rate 5% --name 'a \"b\"' ${WORKERS}"},
     r'/srv/webstack/apps/shop/%i/bin/shop --rate 5%% --name "a \"b\"" ${WORKERS}'),
    ({"runtime": "container", "entry": "", "start": "./bin/shop --rate 5%"}, "./bin/shop --rate 5%%"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "line"), START)
def test_what_its_unit_starts(more, line):
    assert unit_words(start_command(Application(**{**SHOP, **more}))) == line


def test_a_release_is_built_by_what_it_has():
    app = Application(
        **SHOP, requirements="r.txt", wheels="vendor", build=["npm run 'all of it'", "python3 manage.py x"]
    )
    venv, pip, own, python, compiled = build_commands(app)
    assert venv == ["python3", "-m", "venv", ".venv"]
    assert pip[-5:] == ["--no-index", "--find-links", "vendor", "-r", "r.txt"]
    assert own == ["npm", "run", "all of it"]
    assert python == [".venv/bin/python3", "manage.py", "x"]
    assert compiled[:3] == ["python3", "-m", "compileall"]
    assert build_commands(Application(name="x", runtime="command", folder="/x", start="x")) == []
    ((npm, *_rest),) = build_commands(Application(name="x", runtime="node", folder="/x", requirements="p"))
    assert npm == "npm"
    assert build_commands(Application(name="x", runtime="ruby", folder="/x")) == []
    *settings, install = build_commands(Application(name="x", runtime="ruby", folder="/x", requirements="Gemfile.lock"))
    assert [each[-2:] for each in settings] == [["without", "development:test"], ["frozen", "true"]]
    assert install[1:4] == ["GEM_HOME=vendor/bundle", "GEM_PATH=vendor/bundle:", "sh"]


def test_commands_of_a_bundle_know_its_gems():
    app = Application(name="x", runtime="ruby", folder="/x", requirements="Gemfile", start="bundle exec falcon")
    assert start_command(app)[1] == "GEM_HOME=/srv/webstack/apps/x/%i/vendor/bundle"
    assert migrate_command(
        Application(name="x", runtime="ruby", folder="/x", requirements="Gemfile", migrate="rake db")
    )[1:] == ["GEM_HOME=vendor/bundle", "GEM_PATH=vendor/bundle:", "rake", "db"]


def test_an_application_without_a_database_has_no_account_of_one():
    flows = {"name": "flows", "folder": "/x", "runtime": "node", "entry": "x", "database": False, "secrets": ["key"]}
    assert told(application_of(flows))["secret_names"] == ["app_flows_secret_key", "app_flows_key"]


def test_a_migration_runs_in_the_environment_of_the_release():
    assert migrate_command(Application(**SHOP, migrate="python3 -m shop")) == ["python3", "-m", "shop"]
    own = Application(**SHOP, migrate="python -m shop", requirements="r.txt")
    assert migrate_command(own) == [".venv/bin/python3", "-m", "shop"]
    assert migrate_command(Application(**SHOP)) == []


@pytest.mark.parametrize(
    ("more", "packages"),
    [
        ({}, ["git", "gunicorn"]),
        ({"server": "uvicorn"}, ["git", "python3-uvicorn"]),
        ({"requirements": "r.txt", "packages": ["libpq5"]}, ["git", "libpq5", "python3-venv"]),
        ({"git": "", "folder": "/x", "start": "x", "runtime": "command"}, []),
        ({"runtime": "node", "requirements": "package-lock.json"}, ["git", "nodejs", "npm"]),
        ({"runtime": "ruby", "entry": "config.ru"}, ["git", "puma", "ruby"]),
        ({"runtime": "container", "containerfile": "Containerfile"}, ["git", "podman"]),
        ({"runtime": "container", "git": "", "archive": "/x.tar"}, ["podman", "skopeo"]),
        ({"runtime": "container", "containerfile": "c", "workers": {"a": "b"}}, ["catatonit", "git", "podman"]),
    ],
)
def test_what_it_needs_of_the_distribution(more, packages):
    assert packages_of(Application(**{**SHOP, **more})) == packages


@pytest.mark.parametrize(("version", "label"), [("v1", "v1"), ("", ""), ("1.2/rc 1_", "1.2-rc-1"), ("../x", "x")])
def test_the_name_of_a_release_begins_with_the_version_that_people_know(version, label):
    assert label_of(Application(name="x", folder="/x", version=version)) == label


def test_a_release_that_is_started_in_another_way_is_another_one():
    recipes = {
        applications([{**SHOP, **more}])[0]["recipe"] for more in ({}, {"entry": "shop:api"}, {"build": ["make"]})
    }
    assert len(recipes) == 3
    assert len({applications([{**SHOP, "migrate": each}])[0]["recipe"] for each in ("a", "b")}) == 1


DIGEST = "sha256:" + "1" * 64
IMAGE = {"name": "shop", "runtime": "container"}


def test_a_release_that_listens_on_a_port_says_so_and_others_are_as_they_were():
    program = {**SHOP, "runtime": "command", "entry": "", "start": "./serve ${PORT}"}
    before, after = (told(application_of({**program, **more}))["unit"] for more in ({}, {"port": 8300}))
    assert after == f"{before}[X-Webstack]\nPort=8300\nPortVariable=PORT\n"
    image = application_of({"name": "shop", "runtime": "container", "port": 8300, "port_variable": "AT"})
    assert told(image)["unit"] == "[Container]\n[X-Webstack]\nPort=8300\nPortVariable=AT\n"


def test_a_release_that_is_an_image_says_what_podman_makes_a_unit_of():
    plain, started, built = applications(
        [
            {**IMAGE, "image": f"registry.example.com/shop:1@{DIGEST}"},
            {**IMAGE, "image": "registry.example.com/shop:{version}", "version": "1.0", "start": "shop --port 80"},
            {**IMAGE, "folder": "/src/shop", "containerfile": "Containerfile"},
        ]
    )
    assert (plain["unit"], plain["digest"]) == ("[Container]\n", DIGEST)
    assert (started["unit"], started["digest"]) == ("[Container]\nExec=shop --port 80\n", "")
    assert started["image"] == "registry.example.com/shop:1.0"
    assert built["build_commands"] == []
    assert [app["contained"] for app in (plain, started, built, *applications([SHOP]))] == [True, True, True, False]
    assert (
        plain["recipe"]
        != built["recipe"]
        != applications([{**IMAGE, "folder": "/x", "containerfile": "x"}])[0]["recipe"]
    )


def test_an_image_in_another_version_has_to_be_one():
    with pytest.raises(AnsibleFilterError, match=r"has the image 'registry\.example\.com/shop:a b'"):
        applications(
            [{**IMAGE, "image": "registry.example.com/shop:{version}", "version": "1"}], only="shop", version="a b"
        )


ARCHIVE = {"name": "shop", "archive": "https://example.com/{version}.tgz", "version": "1", "entry": "a:b"}
SUM = "sha256:" + "a" * 64


def test_one_of_them_in_another_version():
    entries = [{"name": "demo"}, {**ARCHIVE, "checksum": SUM}]
    (shop,) = applications(entries, only="shop", version="2", checksum="sha256:" + "b" * 64)
    assert (shop["archive"], shop["label"], shop["checksum"][-1]) == ("https://example.com/2.tgz", "2", "b")
    assert [app["label"] for app in applications(entries)] == ["", "1"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"only": "blog"}, "app is blog, which is no application. Known are demo, shop."),
        ({"only": "shop", "checksum": "md5:1"}, "checksum is not known"),
    ],
)
def test_what_cannot_be_deployed_is_said(arguments, sentence):
    with pytest.raises(AnsibleFilterError, match=sentence):
        applications([{"name": "demo"}, {**ARCHIVE, "checksum": SUM}], **arguments)


@pytest.mark.parametrize(
    ("histories", "target"),
    [
        ({"app1": ["b", "a"], "app2": ["b", "a"]}, "a"),
        ({"app1": ["c", "b", "a"], "app2": ["b", "a"]}, "b"),  # a deployment stopped after app1
        ({"app1": ["b", "a"], "app2": ["b", "a", "0"]}, "a"),
        ({"app1": ["b", "a"], "app2": ["a"]}, "a"),
    ],
)
def test_back_is_one_release_for_all_hosts(histories, target):
    assert rollback_target(histories) == target


@pytest.mark.parametrize(
    "histories", [{}, {"app1": ["a"]}, {"app1": ["b", "a"], "app2": ["d", "c"]}, {"app1": ["b", "a"], "app2": []}]
)
def test_where_there_is_no_way_back_it_is_said(histories):
    with pytest.raises(LayoutError, match="no one release to go back to"):
        rollback_target(histories)


def test_hosts_that_were_not_looked_at_do_not_count():
    target = Rollback().filters()["rollback_target"]
    hostvars = {"app1": {"__app_server_seen": {"results": [{"history": ["b", "a"]}]}}, "app2": {}}
    assert target(["app1", "app2"], hostvars) == "a"
    with pytest.raises(AnsibleFilterError, match=r"no one release to go back to \(\)"):
        target(["app2"], hostvars)
