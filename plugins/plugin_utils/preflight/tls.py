"""The clients' TLS: where it ends, what that rules out, and the certificate that they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Seen, Stack, listed, option_default
from .stamp import tls_modes

# What balancers do with requests, which they do not see where the web tier ends the clients' TLS.
OF_REQUESTS = (
    "haproxy_keepalived_http3",
    "haproxy_keepalived_persistent",
    "haproxy_keepalived_rate_per_second",
    "haproxy_keepalived_rate_header",
    "haproxy_keepalived_rate_header_per_second",
    "haproxy_keepalived_maintenance",
    "haproxy_keepalived_maintenance_page",
    "haproxy_keepalived_unavailable_page",
)
SECTIONS_OF_REQUESTS = ("frontend_https", "backend_web")
ANOTHER = "choose reencrypt or terminate."


def check(stack: Stack) -> Iterator[str]:
    """What goes together, and the certificate that is given."""
    if stack.values.site("webstack_tls_mode") == "passthrough":
        for host in stack.hosts_of("haproxy_keepalived"):
            yield from _of_requests(stack, host)
    yield from _given(stack)
    yield from _acme(stack)


def _of_requests(stack: Stack, host: str) -> Iterator[str]:
    """The same sentence for each host that has it: what is said twice is shown once."""
    for name in OF_REQUESTS:
        if stack.values.of(host, name) not in (None, option_default(stack.values.options[name])):
            yield (
                f"{name} is set, and webstack_tls_mode is passthrough: balancers see no requests there. "
                f"Leave the variable out, or {ANOTHER}"
            )
    if stack.values.of(host, "haproxy_keepalived_balance") == "uri":
        yield (
            "haproxy_keepalived_balance is uri, and webstack_tls_mode is passthrough: balancers see no paths there. "
            "Choose another way, or reencrypt or terminate."
        )
    for section in stack.values.of(host, "haproxy_keepalived_snippets") or {}:
        if section in SECTIONS_OF_REQUESTS:
            yield (
                f"haproxy_keepalived_snippets has {section}, and webstack_tls_mode is passthrough, where that section "
                f"is another one. Take it out, or {ANOTHER}"
            )


def _given(stack: Stack) -> Iterator[str]:
    names = ("webstack_site_certificate", "webstack_site_key")
    certificate, key = (stack.values.site(name) or "" for name in names)
    leave = "or leave both out: the internal CA issues one then."
    if bool(certificate) != bool(key):
        given, missing = names if certificate else names[::-1]
        yield f"{given} is given, and {missing} is not. Give both, {leave}"
    elif certificate and (fault := stack.run.site_fault(certificate, key, stack.layout.names)):
        yield f"webstack_site_certificate {fault}. Give one that fits, with its key, {leave}"


def _acme(stack: Stack) -> Iterator[str]:
    directory = stack.values.site("webstack_acme_directory") or ""
    if directory and not directory.startswith("https://"):
        yield (
            f"webstack_acme_directory is {directory!r}. Write the address of a directory, such as "
            "https://acme-v02.api.letsencrypt.org/directory, or leave it out."
        )
    if directory and stack.values.site("webstack_site_certificate"):
        yield (
            "webstack_acme_directory and webstack_site_certificate are both given: one of them says what clients are "
            "shown. Leave the other one out."
        )
    for name in ("webstack_acme_email", "webstack_acme_ca"):
        if stack.values.site(name) and not directory:
            yield f"{name} is given, and webstack_acme_directory is not. Give both, or leave {name} out."


def check_change(stack: Stack, seen: Seen) -> Iterator[str]:
    """Both tiers change together, and the packet filters with them."""
    wanted = stack.values.site("webstack_tls_mode")
    others = [mode for mode in tls_modes(stack, seen) if mode != wanted]
    if others and wanted and (stack.run.limit or stack.run.needs):
        yield (
            f"webstack_tls_mode is {wanted}, and the balancers were deployed with {listed(others)}. "
            "Run site.yml without a limit: it changes web hosts and balancers together."
        )
