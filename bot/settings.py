"""Settings from the environment: PORCHLIGHT_* or a .env file, every secret also as ..._FILE."""

import difflib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "PORCHLIGHT_"
Network = IPv4Network | IPv6Network
T = TypeVar("T")


class SettingsError(Exception):
    """Settings that can't be used; the message has one line for each, which says what is wrong and what to do."""


@dataclass(frozen=True)
class _Fault:
    """Stands in for a value that could not be read, so that it is reported together with all other problems."""

    sentence: str


def _usable(value: object) -> object:
    if isinstance(value, _Fault):
        raise ValueError(value.sentence)
    return value


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


#: Left out of every repr, and also read from the file that ..._FILE names.
Secret = Annotated[str, BeforeValidator(_usable), Field(repr=False)]
#: Written with commas or spaces between; `NoDecode` because pydantic-settings would expect JSON.
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """How this process runs; each field is the setting PORCHLIGHT_<NAME>. Secrets never show in its repr.

    Made from plain values alone: `read` hands in the environment, so that nothing else depends on this machine's.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    telegram_token: Secret = ""
    telegram_api: str = "https://api.telegram.org"
    telegram_secret: Secret = ""
    telegram_mode: Literal["polling", "webhook"] = "polling"  # after what its validator looks at
    content: Path | None = None
    cache: Path | None = None
    allowed_origins: Words = ()
    allowed_hosts: Words = ()
    api_origins: Words = ()
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    rate_limit: int = 600  # messages a minute from one address: a class behind one line must fit

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is handed in, and nothing else."""
        return (init_settings,)

    @field_validator("host")
    @classmethod
    def _an_address(cls, written: str, info: ValidationInfo) -> str:
        host = written[1:-1] if written.startswith("[") and written.endswith("]") else written
        if not (_is_address(host) or re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", host)):
            raise ValueError(f"{_is(info, written)}; write an address alone, such as 127.0.0.1, 0.0.0.0 or ::1.")
        return host

    @field_validator("port", mode="before")
    @classmethod
    def _a_port(cls, written: object, info: ValidationInfo) -> int:
        number = _number(written, 65535)
        if number is not None:
            return number
        if str(written).startswith("tcp://"):
            raise ValueError(
                f"{_is(info, written)}, which Kubernetes sets for a Service called porchlight; "
                f"set {_named(info)} yourself, or enableServiceLinks: false in the pod."
            )
        raise ValueError(f"{_is(info, written)}; write a number from 0 to 65535.")

    @field_validator("rate_limit", mode="before")
    @classmethod
    def _a_limit(cls, written: object, info: ValidationInfo) -> int:
        number = _number(written, 999_999_999)
        if number is None:
            raise ValueError(f"{_is(info, written)}; write messages a minute, or 0 for no limit.")
        return number

    @field_validator("public_url")
    @classmethod
    def _a_whole_address(cls, written: str, info: ValidationInfo) -> str:
        if not written:
            return ""
        if origin := _origin(written):
            return origin
        whole = _origin("/".join(written.split("/")[:3]))
        if whole:
            raise ValueError(
                f"{_is(info, written)}; nothing may follow the name, as the chat needs one of its own: write {whole}."
            )
        raise ValueError(f"{_is(info, written)}; write the whole address, such as https://help.example.")

    @field_validator("telegram_api")
    @classmethod
    def _a_server(cls, written: str, info: ValidationInfo) -> str:
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", written):
            raise ValueError(f"{_is(info, written)}; write the server's address, such as https://api.telegram.org.")
        return written.rstrip("/")

    @field_validator("telegram_token")
    @classmethod
    def _a_token(cls, token: str, info: ValidationInfo) -> str:
        if token and not re.fullmatch(r"[0-9]+:[!-~]+", token):
            raise ValueError(
                f"{_named(info)} doesn't look like a bot token (digits, a colon, letters); copy it again from @BotFather."
            )
        return token

    @field_validator("telegram_mode", mode="before")
    @classmethod
    def _a_mode_that_can_work(cls, mode: object, info: ValidationInfo) -> object:
        if mode not in ("polling", "webhook"):
            raise ValueError(f"{_is(info, mode)}; write polling or webhook.")
        if mode == "webhook" and (problems := list(_webhook_problems(info.data))):
            raise ValueError("\n".join(problems))
        return mode

    @field_validator("content", "cache", mode="before")
    @classmethod
    def _a_path(cls, written: object) -> object:
        return Path(written).expanduser() if isinstance(written, str) else written

    @field_validator("allowed_origins", "api_origins")
    @classmethod
    def _origins(cls, written: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # The policy for frames understands https://*.school.example; an Origin that calls the API never looks like that.
        wildcard = info.field_name == "allowed_origins"
        return _each(written, info, "write an origin such as https://app.example.org.", lambda w: _origin(w, wildcard))

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, written: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        def name(host: str) -> str | None:
            return host if all(char.isalnum() or char in ".-_" for char in host) else None

        return _each(written, info, "write a name alone, such as chat.example.org.", name)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, written: object, info: ValidationInfo) -> object:
        words = _words(written)
        if not isinstance(words, tuple):
            return words
        found: tuple[Network, ...] = _each(
            words, info, "write addresses or networks such as 10.0.0.0/8, ::1.", _network
        )
        if everybody := next((network for network in found if not network.prefixlen), None):
            raise ValueError(
                f'{_named(info)} has "{everybody}", which is everybody, so anyone could claim any address; '
                "write the addresses of your proxies, such as 10.0.0.0/8, ::1."
            )
        return found


#: The settings without their prefix, and those that may be named as ..._FILE.
NAMES = tuple(name.upper() for name in Settings.model_fields)
SECRETS = tuple(name.upper() for name, field in Settings.model_fields.items() if not field.repr)


def read(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """The settings in `environ` and, below it, in the file `dotenv`; SettingsError with everything wrong with them."""
    problems: list[str] = []
    named = {**_from_file(dotenv, problems), **environ}
    ours = {name.upper(): value for name, value in named.items() if name.upper().startswith(PREFIX) and value.strip()}
    values = {**_Environment(ours)(), **_SecretFiles(ours)()}
    settings = None
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems.extend(_sentences(error))
    if problems or settings is None:
        raise SettingsError("\n".join(problems))
    return settings


# --- sources -----------------------------------------------------------------------------------


class _Environment(EnvSettingsSource):
    """The values of one mapping instead of the process's own environment, unknown names among them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Settings)
        self.env_vars = {name.lower(): value for name, value in environ.items()}

    def __call__(self) -> dict[str, Any]:
        """Field values by name; a name that is no setting comes along, for `extra="forbid"` to refuse."""
        known = {PREFIX + name for name in NAMES} | {f"{PREFIX}{name}_FILE" for name in SECRETS}
        named = {name.upper(): value or "" for name, value in self.env_vars.items()}
        unknown = {n: value for n, value in named.items() if n not in known and not _from_kubernetes(n, value)}
        return {**unknown, **super().__call__()}


class _SecretFiles(PydanticBaseSettingsSource):
    """The contents of the files that ..._FILE names, or a _Fault."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Settings)
        self._environ = environ

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """The file's text, if there is such a setting."""
        name = f"{PREFIX}{field_name.upper()}_FILE"
        path = self._environ.get(name) if field_name.upper() in SECRETS else None
        return (_secret(name, Path(path.strip())) if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Field values by name."""
        found = {name: self.get_field_value(field, name)[0] for name, field in Settings.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def _secret(name: str, path: Path) -> str | _Fault:
    try:
        text = _text(path).strip()
    except OSError:
        return _Fault(f"{name} names a file that can't be read; check its path and rights.")
    except UnicodeError:
        return _Fault(f"{name} names a file that isn't UTF-8 text; save it anew as UTF-8.")
    return text or _Fault(f"{name} names a file that is empty; put the secret into it.")


def _from_file(dotenv: Path | None, problems: list[str]) -> dict[str, str]:
    """What a .env file says; what keeps it from being read goes to `problems`."""
    try:
        if dotenv is None or not dotenv.is_file():
            return {}
        text = _text(dotenv)
    except OSError:
        problems.append(f"{dotenv} can't be read; check its rights.")
        return {}
    except UnicodeError:
        problems.append(f"{dotenv} isn't UTF-8 text; save it anew as UTF-8.")
        return {}
    lines = list(parse_stream(io.StringIO(text)))
    for line in lines:
        if (line.error or line.value is None) and line.original.string.lstrip().startswith(PREFIX):
            problems.append(f"{dotenv}:{line.original.line}: not a setting; write {PREFIX}NAME=value")
    readable = "".join(line.original.string for line in lines if not line.error)
    return {name: value for name, value in dotenv_values(stream=io.StringIO(readable)).items() if value is not None}


def _text(path: Path) -> str:
    """A file's text, without the mark that some editors put in front; UnicodeError if it isn't UTF-8."""
    text = path.read_text(encoding="utf-8-sig")
    if "\0" in text:  # UTF-16 without its mark
        raise UnicodeError
    return text


def _from_kubernetes(name: str, value: str) -> bool:
    """Whether Kubernetes made it for a Service whose name begins with ours: it does so unasked."""
    made = r".*_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
    return bool(re.fullmatch(made, name)) or (name.endswith("_PORT") and value.startswith(("tcp://", "udp://")))


# --- sentences ---------------------------------------------------------------------------------


def _sentences(error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False, include_input=False):
        if found["type"] == "extra_forbidden":
            yield _unknown(str(found["loc"][0]))
        else:
            yield str(found.get("ctx", {}).get("error", f"{PREFIX}{str(found['loc'][0]).upper()} can't be used."))


def _unknown(name: str) -> str:
    known = (*NAMES, *(f"{secret}_FILE" for secret in SECRETS))
    near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=0.7)
    return f"{name} is no setting; " + (
        f"did you mean {PREFIX}{near[0]}?" if near else f"there are {', '.join(NAMES)}."
    )


def _webhook_problems(read: Mapping[str, Any]) -> Iterator[str]:
    """What a webhook lacks; a value that is wrong by itself is not among `read` and told elsewhere."""
    secret, allowed = read.get("telegram_secret"), "1 to 256 letters, digits, _ or -."
    if secret == "":
        yield f"{PREFIX}TELEGRAM_SECRET is missing; the webhook needs one, {allowed}"
    elif secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        yield f"{PREFIX}TELEGRAM_SECRET has characters that Telegram refuses; use {allowed}"
    if read.get("public_url") == "":
        yield f"{PREFIX}PUBLIC_URL is missing; the webhook needs the address that people use, such as https://help.example."


def _each(words: tuple[Any, ...], info: ValidationInfo, advice: str, parse: Callable[[str], T | None]) -> tuple[T, ...]:
    """Each word parsed; ValueError with a line for each that `parse` makes None of."""
    found, wrong = [], []
    for word in words:
        parsed = parse(str(word))
        if parsed is None:
            wrong.append(f'{_named(info)} has "{_printable(word)}"; {advice}')
        else:
            found.append(parsed)
    if wrong:
        raise ValueError("\n".join(wrong))
    return tuple(found)


def _named(info: ValidationInfo) -> str:
    return f"{PREFIX}{str(info.field_name).upper()}"


def _is(info: ValidationInfo, written: object) -> str:
    return f'{_named(info)} is "{_printable(written)}"'


def _printable(written: object) -> str:
    return "".join(char if char.isprintable() else "?" for char in str(written)[:200])


# --- single values -----------------------------------------------------------------------------


def _number(written: object, most: int) -> int | None:
    """A whole number from 0 to `most`; None for anything else, among it digits of other scripts."""
    text = str(written).strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) and int(text) <= most else None


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def _network(written: str) -> Network | None:
    network: Network
    try:
        network = ip_network(written)
        return network
    except ValueError:
        return None


def _origin(written: str, wildcard: bool = False) -> str | None:
    """Scheme, name and port as browsers write them, without a final slash; None if it is anything else or more."""
    try:
        parts = urlsplit(written.lower().rstrip("/"))
        whole = f"{parts.scheme}://{parts.netloc}"
        valid = parts.port is None or parts.port > 0  # a port that is no number raises
    except ValueError:
        return None
    name = parts.netloc.removeprefix("*.") if wildcard else parts.netloc
    named = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9._-]*)(:[0-9]+)?", name)
    return (
        whole
        if valid and named and parts.scheme in ("http", "https") and written.lower().rstrip("/") == whole
        else None
    )
