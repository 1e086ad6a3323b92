"""Settings from the environment: PORCHLIGHT_* or a .env file, every secret also as ..._FILE."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "PORCHLIGHT_"

_KNOWN = (
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "TELEGRAM_TOKEN",
    "TELEGRAM_API",
    "TELEGRAM_MODE",
    "TELEGRAM_SECRET",
    "CONTENT",
    "CACHE",
    "ALLOWED_ORIGINS",
    "ALLOWED_HOSTS",
    "API_ORIGINS",
    "TRUSTED_PROXIES",
    "RATE_LIMIT",
)
_SECRETS = ("TELEGRAM_TOKEN", "TELEGRAM_SECRET")

Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """Settings that can't be used; the message says which, why and what to do."""


@dataclass(frozen=True)
class Settings:
    """How this process runs. Secrets never show in its repr."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    telegram_token: str = field(default="", repr=False)
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: str = "polling"
    telegram_secret: str = field(default="", repr=False)
    content: Path | None = None
    cache: Path | None = None
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    api_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    rate_limit: int = 600  # messages a minute from one address: a class behind one line must fit


def read(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """The settings, or SettingsError with everything that is wrong with them."""
    values, problems = _values({**_from_file(dotenv), **environ})
    port = _port(values, problems)
    proxies = _networks(values, problems)
    hosts, origins = _hosts(values, problems), _origins(values, problems)
    limit = _limit(values, problems)
    mode = values.get("TELEGRAM_MODE", "polling")
    if mode not in ("polling", "webhook"):
        problems.append(f'{PREFIX}TELEGRAM_MODE is "{mode}"; write polling or webhook.')
    token = values.get("TELEGRAM_TOKEN", "")
    if token and not _looks_like_a_token(token):
        problems.append(
            f"{PREFIX}TELEGRAM_TOKEN doesn't look like a bot token (digits, a colon, letters); "
            "copy it again from @BotFather."
        )
    if mode == "webhook":
        problems.extend(_webhook_problems(values))
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(
        host=values.get("HOST", "127.0.0.1"),
        port=port,
        public_url=values.get("PUBLIC_URL", "").rstrip("/"),
        telegram_token=token,
        telegram_api=values.get("TELEGRAM_API", "https://api.telegram.org").rstrip("/"),
        telegram_mode=mode,
        telegram_secret=values.get("TELEGRAM_SECRET", ""),
        content=_path(values, "CONTENT"),
        cache=_path(values, "CACHE"),
        allowed_origins=_list(values, "ALLOWED_ORIGINS"),
        allowed_hosts=hosts,
        api_origins=origins,
        trusted_proxies=proxies,
        rate_limit=limit,
    )


def _webhook_problems(values: Mapping[str, str]) -> Iterator[str]:
    secret = values.get("TELEGRAM_SECRET", "")
    if not secret:
        yield f"{PREFIX}TELEGRAM_SECRET is missing; the webhook needs one, 1 to 256 letters, digits, _ or -."
    elif not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        yield f"{PREFIX}TELEGRAM_SECRET has characters that Telegram refuses; use 1 to 256 letters, digits, _ or -."
    elif not values.get("PUBLIC_URL"):
        yield f"{PREFIX}PUBLIC_URL is missing; the webhook needs the address that people use, such as https://help.example."


def _path(values: Mapping[str, str], name: str) -> Path | None:
    return Path(values[name]) if values.get(name) else None


def _port(values: Mapping[str, str], problems: list[str]) -> int:
    written = values.get("PORT", "8080")
    if written.isdigit() and int(written) < 65536:
        return int(written)
    problems.append(f'{PREFIX}PORT is "{written}"; write a number from 0 to 65535.')
    return 0


def _looks_like_a_token(token: str) -> bool:
    number, _, rest = token.partition(":")
    return number.isdigit() and bool(rest) and not any(char.isspace() for char in token)


def _values(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    values: dict[str, str] = {}
    problems: list[str] = []
    for name in _KNOWN:
        if environ.get(PREFIX + name):
            values[name] = environ[PREFIX + name].strip()
    for name in _SECRETS:
        path = environ.get(f"{PREFIX}{name}_FILE")
        if not path:
            continue
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except OSError:
            problems.append(f"{PREFIX}{name}_FILE names a file that can't be read; check its path and rights.")
    return values, problems


def _from_file(dotenv: Path | None) -> dict[str, str]:
    if dotenv is None or not dotenv.is_file():
        return {}
    found: dict[str, str] = {}
    for line in dotenv.read_text(encoding="utf-8").splitlines():
        name, sign, value = line.partition("=")
        if sign and not name.lstrip().startswith("#"):
            found[name.strip().removeprefix("export ")] = value.strip().strip("\"'")
    return found


def _list(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(values.get(name, "").replace(",", " ").split())


def _networks(values: Mapping[str, str], problems: list[str]) -> tuple[Network, ...]:
    networks: list[Network] = []
    for written in _list(values, "TRUSTED_PROXIES"):
        try:
            networks.append(ip_network(written))
        except ValueError:
            problems.append(
                f'{PREFIX}TRUSTED_PROXIES has "{written}"; write addresses or networks such as 10.0.0.0/8, ::1.'
            )
    return tuple(networks)


def _hosts(values: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    hosts = _list(values, "ALLOWED_HOSTS")
    problems.extend(
        f'{PREFIX}ALLOWED_HOSTS has "{host}"; write a name alone, such as chat.example.org.'
        for host in hosts
        if not all(char.isalnum() or char in ".-_" for char in host)
    )
    return hosts


def _origins(values: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    origins = tuple(origin.rstrip("/").lower() for origin in _list(values, "API_ORIGINS"))
    problems.extend(
        f'{PREFIX}API_ORIGINS has "{origin}"; write an origin such as https://app.example.org.'
        for origin in origins
        if not _is_origin(origin)
    )
    return origins


def _is_origin(written: str) -> bool:
    try:
        parts = urlsplit(written)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in ("http", "https") and written == f"{parts.scheme}://{parts.netloc}" and "@" not in written


def _limit(values: Mapping[str, str], problems: list[str]) -> int:
    written = values.get("RATE_LIMIT", "600")
    if written.isascii() and written.isdigit() and len(written) < 10:
        return int(written)
    problems.append(f'{PREFIX}RATE_LIMIT is "{written}"; write messages a minute, or 0 for no limit.')
    return 0
