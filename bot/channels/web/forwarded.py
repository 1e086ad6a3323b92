"""Who asks, and for which host, where proxies stand in between: forwarded headers count only from trusted ones."""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from bot.settings import Settings

#: Probes ask for the address of the machine, whatever our host name is; these paths carry nothing.
PROBES = frozenset({"/healthz", "/readyz"})


class TrustedProxies:
    """Reads X-Forwarded-For, -Proto and -Host as far as they come from the proxies that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.trusted_proxies
        self._https = settings.public_url.startswith("https://")
        own = urlsplit(settings.public_url).hostname
        self._hosts = frozenset(host.lower() for host in (own, *settings.allowed_hosts) if host)

    def client_address(self, request: web.BaseRequest) -> str:
        """The address of the client: of the connection, or what a chain of trusted proxies says, read from the right."""
        peer = request.remote or ""
        if not self._proxies or not self._is_trusted(peer):
            return peer
        hops = [
            _without_port(hop.strip())
            for line in request.headers.getall("X-Forwarded-For", ())
            for hop in line.split(",")
        ]
        seen = peer
        for hop in reversed(hops):
            if _parsed(hop) is None:
                break  # not an address: what stands further left is not to be trusted either
            seen = hop
            if not self._is_trusted(hop):
                break
        return seen

    def is_https(self, request: web.BaseRequest) -> bool:
        """Whether the client came by TLS: PUBLIC_URL says so, or a trusted proxy does."""
        if self._https:
            return True
        if not self._proxies or not self._is_trusted(request.remote or ""):
            return False
        proto = ",".join(request.headers.getall("X-Forwarded-Proto", ()))
        return proto.rpartition(",")[2].strip().lower() == "https"

    def is_allowed_host(self, request: web.Request) -> bool:
        """Whether the request is for a host of PUBLIC_URL or ALLOWED_HOSTS; without both, any host is allowed."""
        if not self._hosts or request.path in PROBES:
            return True
        if self._proxies and self._is_trusted(request.remote or ""):
            forwarded = ",".join(request.headers.getall("X-Forwarded-Host", ())).rpartition(",")[2].strip()
            if forwarded:
                return _host(forwarded) in self._hosts
        named = request.headers.getall("Host", [])
        # request.host is that of the target where somebody asks us as if we were a proxy: GET http://name/ HTTP/1.1
        return len(named) == 1 and self._hosts.issuperset((_host(named[0]), _host(request.host)))

    def _is_trusted(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._proxies)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed


def _without_port(hop: str) -> str:
    """The address of a hop; some proxies write 192.0.2.1:5000 or [2001:db8::1]:5000."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _host(named: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{named}").hostname or "").rstrip(".")
    except ValueError:
        return ""
