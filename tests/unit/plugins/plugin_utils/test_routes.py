"""Which application answers which request."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.application_routes import FilterModule
from ansible_collections.scaleup.webstack.plugins.plugin_utils.application import Application
from ansible_collections.scaleup.webstack.plugins.plugin_utils.routes import (
    clashes,
    covers,
    matches,
    probed,
    problems_of,
    servers,
)

application_routes = FilterModule().filters()["application_routes"]
OWN = ["www.example.com", "192.0.2.100"]


def app(**more):
    return Application(**{"name": "shop", **more})


FAULTS = [
    ({"domains": ["192.0.2.100"]}, "has the domain '192.0.2.100', which is not a host name"),
    ({"domains": ["not a name"]}, "has the domain 'not a name', which is not a host name"),
    ({"paths": []}, "has no path"),
    ({"paths": ["shop"]}, "has the path 'shop'. Write it from '/' on"),
    ({"paths": ["/a b"]}, "has the path '/a b'"),
    ({"paths": ["//"]}, "has the path '//'"),
    ({"paths": ["/.git"]}, "has the path '/.git'"),
    ({"paths": ["/shop"], "streams": ["/chat"]}, "has /chat in streams, which is below none of its paths (/shop)"),
    ({"metrics_path": "metrics"}, "has the metrics_path 'metrics'. Write it from '/' on"),
    ({"streams": ["chat"]}, "has the path in streams 'chat'"),
    ({"static": {"/": "public"}}, "has all of '/' in static"),
    ({"static": {"/static/": "/etc"}}, "has the place '/etc' in static"),
    ({"static": {"/static/": "a/../../etc"}}, "has the place 'a/../../etc' in static"),
    ({"redirects": {"/old": "new"}}, "redirects /old to 'new'"),
    ({"redirects": {"/old": "//evil.example"}}, "redirects /old to '//evil.example'"),
    ({"redirects": {"/old": "/new; return 200"}}, "redirects /old to '/new; return 200'"),
    ({"headers": {"X-One": 'a"b'}}, "has the header X-One"),
    ({"headers": {"X-One": "$request_uri"}}, "has the header X-One"),
    ({"headers": {"X One": "a"}}, "has the header X One"),
    ({"cache_bypass_cookies": ["sessionid"]}, "has cache_bypass_cookies, and no cache"),
    ({"cache_seconds": 1, "cache_bypass_cookies": ["a b"]}, "has the cookie 'a b', which is no name"),
    ({"timeout_seconds": 0}, "has timeout_seconds 0. Give at least 1."),
    ({"body_mib": 0}, "has body_mib 0. Give at least 1."),
    ({"cache_seconds": -1}, "has cache_seconds -1. Give at least 0."),
]


@pytest.mark.parametrize(("more", "said"), FAULTS)
def test_what_is_wrong_with_an_entry_is_said(more, said):
    assert [text for text in problems_of(app(**more)) if said in text] != []


def test_an_entry_that_has_everything_is_sound():
    everything = app(
        domains=["shop.example.com"],
        paths=["/", "/api/"],
        static={"/static/": "build/static", "/favicon.ico": "public/favicon.ico"},
        streams=["/chat"],
        redirects={"/old": "https://example.org/new?a=b", "/older/": "/new"},
        headers={"Content-Security-Policy": "default-src 'self'; img-src *", "X-Frame-Options": ""},
        cache_seconds=5,
        cache_bypass_cookies=["sessionid"],
    )
    assert list(problems_of(everything)) == []


CLASHES = [
    ([app(), app(name="blog", paths=["/blog"])], ""),
    ([app(), app(name="blog", domains=["blog.example.com"])], ""),
    ([app(), app()], "shop and shop are one name"),
    ([app(name="a-b"), app(name="a_b", paths=["/x"])], "a-b and a_b are one name, but for '-' and '_'"),
    ([app(streams=["/blog"]), app(name="blog", paths=["/blog"])], "shop and blog both answer www.example.com/blog."),
    (
        [app(redirects={"/blog": "/"}), app(name="blog", paths=["/blog"])],
        "shop and blog both answer www.example.com/blog.",
    ),
    ([app(), app(name="blog", paths=["/metrics"])], "shop and blog both answer www.example.com/metrics."),
    ([app(metrics_path=""), app(name="blog", paths=["/metrics"])], ""),
    ([app(), app(name="blog")], "shop and blog both answer www.example.com/."),
    ([app(), app(name="blog", domains=["WWW.example.com"])], "shop and blog both answer WWW.example.com/."),
    ([app(paths=["/a"]), app(name="blog", paths=["/a/"])], "shop and blog both answer www.example.com/a/."),
    (
        [app(domains=["a.example.com", "b.example.com"]), app(name="blog", domains=["b.example.com"])],
        "shop and blog both answer b.example.com/.",
    ),
]


@pytest.mark.parametrize(("apps", "said"), CLASHES)
def test_no_request_is_answered_by_two(apps, said):
    found = list(clashes(apps, "www.example.com"))
    assert [text for text in found if said in text] if said else found == []


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({}, ["= /metrics", "/metrics/"]),
        ({"metrics_path": ""}, []),
        ({"paths": ["/shop"]}, []),
        ({"paths": ["/shop"], "metrics_path": "/shop/stats"}, ["= /shop/stats", "/shop/stats/"]),
        ({"paths": ["/", "/metrics"]}, []),
        ({"redirects": {"/metrics": "/elsewhere"}}, ["/metrics/"]),
    ],
)
def test_metrics_are_nobodys_business(more, places):
    (server,) = servers([app(**more)], OWN)
    assert [place for route in server["routes"] if route["kind"] == "private" for place in route["locations"]] == places


def test_a_path_has_what_is_below_it_and_nothing_that_begins_like_it():
    assert covers("/shop", "/shop")
    assert covers("/shop", "/shop/cart")
    assert not covers("/shop", "/shopping")
    assert covers("/", "/anything")
    assert matches("/shop") == ["-m str /shop", "-m beg /shop/"]
    assert matches("/shop/") == ["-m beg /shop/"]


def test_a_prober_asks_what_the_web_tier_passes_on():
    assert probed(app()) == "/healthz"
    assert probed(app(paths=["/shop"])) == "/shop"
    assert probed(app(paths=["/shop"], health_path="/shop/healthz")) == "/shop/healthz"


def test_the_longest_path_comes_first_and_names_that_are_served_alike_stand_together():
    found = servers(
        [
            app(domains=["a.example.com", "b.example.com"]),
            app(name="demo"),
            app(name="blog", paths=["/blog"], streams=["/blog/live"], static={"/blog/static/": "static"}),
            app(name="own", domains=["www.example.com"], paths=["/own/"], redirects={"/own/old": "/own/"}),
        ],
        OWN,
    )
    assert [server["names"] for server in found] == [OWN, ["a.example.com", "b.example.com"]]
    routes = {route["path"]: route for route in found[0]["routes"]}
    assert list(routes) == ["/blog/static/", "/blog/live", "/metrics", "/own/old", "/blog", "/own/", "/"]
    assert {path: route["kind"] for path, route in routes.items()} == {
        "/blog/static/": "static",
        "/blog/live": "stream",
        "/metrics": "private",
        "/own/old": "redirect",
        "/blog": "proxy",
        "/own/": "proxy",
        "/": "proxy",
    }
    assert routes["/blog/live"]["locations"] == ["= /blog/live", "/blog/live/"]
    assert routes["/blog"]["locations"] == ["= /blog", "/blog/"]
    assert routes["/blog/static/"]["locations"] == ["^~ /blog/static/"]
    assert routes["/own/old"]["locations"] == ["= /own/old"]
    assert routes["/"]["locations"] == ["/"]
    assert [routes[path]["prefix"] for path in ("/blog/live", "/own/", "/")] == ["/blog", "/own", ""]


TWICE = [
    ({"paths": ["/", "/chat"], "streams": ["/chat"]}, {"stream": ["= /chat", "/chat/"], "proxy": ["/"]}),
    # The address alone is redirected; what is below it goes on to be answered.
    ({"redirects": {"/": "/en/"}}, {"redirect": ["= /"], "proxy": ["/"]}),
    ({"paths": ["/shop"], "redirects": {"/shop": "/shop/en/"}}, {"redirect": ["= /shop"], "proxy": ["/shop/"]}),
    ({"paths": ["/shop", "/shop/"]}, {"proxy": ["= /shop", "/shop/"]}),
    ({"paths": ["/shop"], "static": {"/shop/": "public"}}, {"static": ["^~ /shop/"], "proxy": ["= /shop"]}),
]


@pytest.mark.parametrize(("more", "found"), TWICE)
def test_a_place_that_is_named_twice_is_there_once(more, found):
    (server,) = servers([app(metrics_path="", **more)], OWN)
    kinds = {}
    for route in server["routes"]:
        kinds.setdefault(route["kind"], []).extend(route["locations"])
    assert kinds == found


def test_the_filter_reads_entries_and_says_what_it_cannot():
    (server,) = application_routes([{"name": "demo"}], OWN)
    assert [route["path"] for route in server["routes"]] == ["/metrics", "/static/", "/"]
    with pytest.raises(AnsibleFilterError, match="application_routes"):
        application_routes([{"name": "demo", "colour": "red"}], OWN)
