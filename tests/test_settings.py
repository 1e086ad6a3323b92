"""Settings, and the exact sentences about those that can't be used."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import NAMES, Settings, SettingsError, read


def fault(environ: dict[str, str], dotenv: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        read(environ, dotenv)
    return str(caught.value)


def test_nothing_set_is_the_web_chat_on_this_computer() -> None:
    assert read({}) == Settings()
    assert (Settings().host, Settings().port, Settings().telegram_token) == ("127.0.0.1", 8080, "")


def test_every_setting_is_read() -> None:
    found = read(
        {
            "PORCHLIGHT_HOST": "0.0.0.0",
            "PORCHLIGHT_PORT": " 9000 ",
            "PORCHLIGHT_PUBLIC_URL": "https://chat.example.org/",
            "PORCHLIGHT_TELEGRAM_TOKEN": "123:abc",
            "PORCHLIGHT_TELEGRAM_API": "http://127.0.0.1:8081/",
            "PORCHLIGHT_TELEGRAM_MODE": "webhook",
            "PORCHLIGHT_TELEGRAM_SECRET": "s3cret",
            "PORCHLIGHT_CONTENT": "/srv/words",
            "PORCHLIGHT_CACHE": "/srv/cache",
            "PORCHLIGHT_ALLOWED_ORIGINS": "https://a.example, https://b.example",
            "PORCHLIGHT_ALLOWED_HOSTS": "chat.example.org,www.example.org",
            "PORCHLIGHT_API_ORIGINS": "https://App.example/ http://localhost:3000",
            "PORCHLIGHT_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "PORCHLIGHT_RATE_LIMIT": "50",
            "SOMETHING_ELSE": "ignored",
        }
    )
    assert found == Settings(
        host="0.0.0.0",
        port=9000,
        public_url="https://chat.example.org",
        telegram_token="123:abc",
        telegram_api="http://127.0.0.1:8081",
        telegram_mode="webhook",
        telegram_secret="s3cret",
        content=Path("/srv/words"),
        cache=Path("/srv/cache"),
        allowed_origins=("https://a.example", "https://b.example"),
        allowed_hosts=("chat.example.org", "www.example.org"),
        api_origins=("https://app.example", "http://localhost:3000"),
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("::1/128")),
        rate_limit=50,
    )


@pytest.mark.parametrize("proxy", ["nginx", "10.0.0.1/8", "10.0.0.0/40", "*"])
def test_a_proxy_that_is_no_network(proxy: str) -> None:
    said = f'PORCHLIGHT_TRUSTED_PROXIES has "{proxy}"; write addresses or networks such as 10.0.0.0/8, ::1.'
    assert fault({"PORCHLIGHT_TRUSTED_PROXIES": f"127.0.0.1, {proxy}"}) == said


@pytest.mark.parametrize("host", ["https://chat.example.org", "chat.example.org:8080", "*"])
def test_a_host_that_is_no_name(host: str) -> None:
    said = f'PORCHLIGHT_ALLOWED_HOSTS has "{host}"; write a name alone, such as chat.example.org.'
    assert fault({"PORCHLIGHT_ALLOWED_HOSTS": host}) == said


@pytest.mark.parametrize("origin", ["*", "null", "app.example", "https://app.example/page", "http://[::1"])
def test_an_origin_that_is_none(origin: str) -> None:
    said = f'PORCHLIGHT_API_ORIGINS has "{origin}"; write an origin such as https://app.example.org.'
    assert fault({"PORCHLIGHT_API_ORIGINS": origin}) == said


@pytest.mark.parametrize("limit", ["many", "-1", "1.5", "²", "99999999999"])
def test_a_limit_that_is_no_number(limit: str) -> None:
    said = f'PORCHLIGHT_RATE_LIMIT is "{limit}"; write messages a minute, or 0 for no limit.'
    assert fault({"PORCHLIGHT_RATE_LIMIT": limit}) == said


@pytest.mark.parametrize("port", ["http", "65536", "-1", "8080.5", "²", "٣٠٠٠", "1e3", "0x50"])
def test_a_port_that_is_none(port: str) -> None:
    assert fault({"PORCHLIGHT_PORT": port}) == f'PORCHLIGHT_PORT is "{port}"; write a number from 0 to 65535.'


def test_a_mode_that_is_none() -> None:
    said = 'PORCHLIGHT_TELEGRAM_MODE is "push"; write polling or webhook.'
    assert fault({"PORCHLIGHT_TELEGRAM_MODE": "push"}) == said


@pytest.mark.parametrize("token", ["hello", "abc:def", "123:", ":abc", "123:a b"])
def test_a_token_that_looks_like_none_is_never_quoted(token: str) -> None:
    said = (
        "PORCHLIGHT_TELEGRAM_TOKEN doesn't look like a bot token (digits, a colon, letters); "
        "copy it again from @BotFather."
    )
    assert fault({"PORCHLIGHT_TELEGRAM_TOKEN": token}) == said


def test_a_webhook_without_a_secret() -> None:
    said = "PORCHLIGHT_TELEGRAM_SECRET is missing; the webhook needs one, 1 to 256 letters, digits, _ or -."
    assert fault({"PORCHLIGHT_TELEGRAM_MODE": "webhook", "PORCHLIGHT_PUBLIC_URL": "https://help.example"}) == said


def test_a_webhook_that_telegram_would_refuse() -> None:
    hook = {"PORCHLIGHT_TELEGRAM_MODE": "webhook", "PORCHLIGHT_PUBLIC_URL": "https://help.example"}
    said = "PORCHLIGHT_TELEGRAM_SECRET has characters that Telegram refuses; use 1 to 256 letters, digits, _ or -."
    for secret in ("a b", "é", "x" * 257):
        assert fault({**hook, "PORCHLIGHT_TELEGRAM_SECRET": secret}) == said
    said = (
        "PORCHLIGHT_PUBLIC_URL is missing; the webhook needs the address that people use, such as https://help.example."
    )
    assert fault({"PORCHLIGHT_TELEGRAM_MODE": "webhook", "PORCHLIGHT_TELEGRAM_SECRET": "x"}) == said


def test_a_secret_file_that_is_missing(tmp_path: Path) -> None:
    said = "PORCHLIGHT_TELEGRAM_TOKEN_FILE names a file that can't be read; check its path and rights."
    assert fault({"PORCHLIGHT_TELEGRAM_TOKEN_FILE": str(tmp_path / "none")}) == said


def test_everything_wrong_is_told_at_once() -> None:
    said = fault({"PORCHLIGHT_PORT": "x", "PORCHLIGHT_TELEGRAM_MODE": "y", "PORCHLIGHT_TELEGRAM_TOKEN": "z"})
    assert [line.split()[0] for line in said.splitlines()] == [
        "PORCHLIGHT_PORT",
        "PORCHLIGHT_TELEGRAM_TOKEN",
        "PORCHLIGHT_TELEGRAM_MODE",
    ]


def test_a_webhook_tells_all_that_it_lacks_beside_other_faults(tmp_path: Path) -> None:
    environ = {
        "PORCHLIGHT_PORT": "x",
        "PORCHLIGHT_TELEGRAM_MODE": "webhook",
        "PORCHLIGHT_TELEGRAM_TOKEN_FILE": str(tmp_path / "none"),
        "PORCHLIGHT_TRUSTED_PROXY": "10.0.0.1",
    }
    assert [line.split()[0] for line in fault(environ).splitlines()] == [
        "PORCHLIGHT_PORT",
        "PORCHLIGHT_TELEGRAM_TOKEN_FILE",
        "PORCHLIGHT_TELEGRAM_SECRET",
        "PORCHLIGHT_PUBLIC_URL",
        "PORCHLIGHT_TRUSTED_PROXY",
    ]


def test_a_secret_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("123:abc\n", "utf-8")
    found = read({"PORCHLIGHT_TELEGRAM_TOKEN_FILE": str(file), "PORCHLIGHT_TELEGRAM_TOKEN": "9:z"})
    assert found.telegram_token == "123:abc"


def test_secrets_never_show() -> None:
    settings = Settings(telegram_token="123:abc", telegram_secret="s3cret")
    assert "abc" not in repr(settings)
    assert "s3cret" not in repr(settings)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "# PORCHLIGHT_PORT=1\nexport PORCHLIGHT_PORT=\"9001\"\nPORCHLIGHT_HOST = '0.0.0.0'\nnot a setting\n", "utf-8"
    )
    assert (read({}, dotenv).host, read({}, dotenv).port) == ("0.0.0.0", 9001)
    assert read({"PORCHLIGHT_PORT": "9002"}, dotenv).port == 9002
    assert read({}, tmp_path / "none") == Settings()


def test_an_empty_setting_counts_as_not_set() -> None:
    assert read({"PORCHLIGHT_PORT": "", "PORCHLIGHT_CONTENT": ""}) == Settings()


# --- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_TOKN", "TELEGRAM_TOKEN"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("TELEGRAM_TOKEN_FIL", "TELEGRAM_TOKEN_FILE"),
        ("ALLOWED_ORIGIN", "ALLOWED_ORIGINS"),
    ],
)
def test_a_misspelt_name_is_told_without_its_value(name: str, meant: str) -> None:
    said = f"PORCHLIGHT_{name} is no setting; did you mean PORCHLIGHT_{meant}?"
    assert fault({f"PORCHLIGHT_{name}": "123:canary"}) == said


def test_a_name_like_no_other_is_told_with_those_that_there_are() -> None:
    said = fault({"PORCHLIGHT_COLOUR": "red"})
    assert said.startswith("PORCHLIGHT_COLOUR is no setting; there are HOST, PORT, PUBLIC_URL, ")
    assert all(name in said for name in NAMES)


def test_a_misspelt_name_in_the_file_is_told_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORCHLIGHT_PROT=9000\nCOLOUR=red\n", "utf-8")
    assert fault({}, tmp_path / ".env") == "PORCHLIGHT_PROT is no setting; did you mean PORCHLIGHT_PORT?"


def test_a_name_may_be_written_in_small_letters() -> None:
    assert read({"porchlight_port": "9000"}).port == 9000


def test_what_kubernetes_adds_for_a_service_of_our_name_is_no_setting() -> None:
    added = {
        "PORCHLIGHT_SERVICE_HOST": "10.0.0.7",
        "PORCHLIGHT_SERVICE_PORT": "8080",
        "PORCHLIGHT_SERVICE_PORT_HTTP": "8080",
        "PORCHLIGHT_PORT_8080_TCP": "tcp://10.0.0.7:8080",
        "PORCHLIGHT_PORT_8080_TCP_ADDR": "10.0.0.7",
        "PORCHLIGHT_WEB_PORT": "tcp://10.0.0.8:8080",
    }
    assert read({**added, "PORCHLIGHT_PORT": "8080"}) == Settings()
    said = (
        'PORCHLIGHT_PORT is "tcp://10.0.0.7:8080", which Kubernetes sets for a Service called porchlight; '
        "set PORCHLIGHT_PORT yourself, or enableServiceLinks: false in the pod."
    )
    assert fault({**added, "PORCHLIGHT_PORT": "tcp://10.0.0.7:8080"}) == said


# --- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "host"),
    [("::1", "::1"), ("[::1]", "::1"), ("[::]", "::"), ("fe80::1%eth0", "fe80::1%eth0"), ("localhost", "localhost")],
)
def test_a_host_with_or_without_brackets(written: str, host: str) -> None:
    assert read({"PORCHLIGHT_HOST": written}).host == host


@pytest.mark.parametrize("host", ["http://127.0.0.1", "127.0.0.1:8080", "*", "[::1", "a b", "[::1]:8080", ":8080"])
def test_a_host_that_cannot_be_listened_on(host: str) -> None:
    said = f'PORCHLIGHT_HOST is "{host}"; write an address alone, such as 127.0.0.1, 0.0.0.0 or ::1.'
    assert fault({"PORCHLIGHT_HOST": host}) == said


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://help.example", "https://help.example"),
        ("HTTPS://Help.Example/", "https://help.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_a_public_address(written: str, url: str) -> None:
    assert read({"PORCHLIGHT_PUBLIC_URL": written}).public_url == url


@pytest.mark.parametrize(
    "url", ["notaurl", "school.example", "ftp://help.example", "https://", "https://a b", "https://help.example:x"]
)
def test_a_public_address_that_is_none(url: str) -> None:
    said = f'PORCHLIGHT_PUBLIC_URL is "{url}"; write the whole address, such as https://help.example.'
    assert fault({"PORCHLIGHT_PUBLIC_URL": url}) == said


def test_a_public_address_below_a_path() -> None:
    said = (
        'PORCHLIGHT_PUBLIC_URL is "https://school.example/help"; nothing may follow the name, '
        "as the chat needs one of its own: write https://school.example."
    )
    assert fault({"PORCHLIGHT_PUBLIC_URL": "https://school.example/help"}) == said


@pytest.mark.parametrize("url", ["api.telegram.org", "ftp://a", "https://", "https://a?b"])
def test_a_bot_api_server_that_is_none(url: str) -> None:
    said = f'PORCHLIGHT_TELEGRAM_API is "{url}"; write the server\'s address, such as https://api.telegram.org.'
    assert fault({"PORCHLIGHT_TELEGRAM_API": url}) == said


def test_origins_are_read_as_browsers_write_them() -> None:
    found = read(
        {
            "PORCHLIGHT_ALLOWED_ORIGINS": "https://Lincoln.example.org/ https://*.school.example,http://localhost:3000",
            "PORCHLIGHT_API_ORIGINS": "https://App.example.org/",
        }
    )
    assert found.allowed_origins == ("https://lincoln.example.org", "https://*.school.example", "http://localhost:3000")
    assert found.api_origins == ("https://app.example.org",)


@pytest.mark.parametrize(
    "origin",
    ["lincoln.example.org", "https://a.example;https://b.example", "https://a'none'", "*", "https://a/b", "null"],
)
def test_a_framing_origin_that_is_none(origin: str) -> None:
    said = f'PORCHLIGHT_ALLOWED_ORIGINS has "{origin}"; write an origin such as https://app.example.org.'
    assert fault({"PORCHLIGHT_ALLOWED_ORIGINS": f"https://good.example {origin}"}) == said


def test_every_wrong_word_of_a_list_is_told() -> None:
    said = fault({"PORCHLIGHT_API_ORIGINS": "a.example, https://good.example, https://*.b.example"})
    assert [line.split('"')[1] for line in said.splitlines()] == ["a.example", "https://*.b.example"]


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0"])
def test_not_everybody_is_a_trusted_proxy(everybody: str) -> None:
    said = (
        f'PORCHLIGHT_TRUSTED_PROXIES has "{everybody}", which is everybody, so anyone could claim any address; '
        "write the addresses of your proxies, such as 10.0.0.0/8, ::1."
    )
    assert fault({"PORCHLIGHT_TRUSTED_PROXIES": f"10.0.0.1 {everybody}"}) == said


def test_a_folder_in_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert read({"PORCHLIGHT_CACHE": "~/models"}).cache == Path("/home/someone/models")


def test_what_cannot_be_printed_stays_out_of_the_sentence() -> None:
    assert fault({"PORCHLIGHT_PORT": "80\n\x1b[31m80"}) == (
        'PORCHLIGHT_PORT is "80??[31m80"; write a number from 0 to 65535.'
    )


# --- files -----------------------------------------------------------------------------------------

TOKEN_FILE = "PORCHLIGHT_TELEGRAM_TOKEN_FILE"


def test_a_file_saved_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfPORCHLIGHT_TELEGRAM_TOKEN=123:abc\r\nPORCHLIGHT_PORT=9000\r\n")
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbf123:abc\r\n")
    found = read({}, tmp_path / ".env")
    assert (found.telegram_token, found.port) == ("123:abc", 9000)
    assert read({TOKEN_FILE: str(tmp_path / "token")}).telegram_token == "123:abc"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_that_is_not_utf_8(tmp_path: Path, encoding: str) -> None:
    dotenv, token = tmp_path / ".env", tmp_path / "token"
    dotenv.write_bytes("PORCHLIGHT_PORT=9000\n".encode(encoding))
    token.write_bytes("123:abc\n".encode(encoding))
    said = fault({TOKEN_FILE: str(token), "PORCHLIGHT_PORT": "x"}, dotenv)
    assert said.splitlines() == [
        f"{dotenv} isn't UTF-8 text; save it anew as UTF-8.",
        'PORCHLIGHT_PORT is "x"; write a number from 0 to 65535.',
        f"{TOKEN_FILE} names a file that isn't UTF-8 text; save it anew as UTF-8.",
    ]


def test_a_secret_file_that_is_empty_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n", "utf-8")
    said = f"{TOKEN_FILE} names a file that is empty; put the secret into it."
    assert fault({TOKEN_FILE: str(tmp_path / "empty")}) == said
    said = f"{TOKEN_FILE} names a file that can't be read; check its path and rights."
    assert fault({TOKEN_FILE: str(tmp_path)}) == said


def test_a_comment_behind_a_value_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORCHLIGHT_PORT=9000 # the school's\nPORCHLIGHT_CACHE='/a #b' # c\n", "utf-8")
    found = read({}, tmp_path / ".env")
    assert (found.port, found.cache) == (9000, Path("/a #b"))


def test_a_line_that_sets_nothing_is_told(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("# ours\nPORCHLIGHT_PORT 9000\nPORCHLIGHT_HOST\nSOMEBODY_ELSES\n", "utf-8")
    assert fault({}, dotenv).splitlines() == [
        f"{dotenv}:{line}: not a setting; write PORCHLIGHT_NAME=value" for line in (2, 3)
    ]


def test_a_folder_called_env_is_no_file(tmp_path: Path) -> None:
    assert read({}, tmp_path) == Settings()


def test_settings_cannot_be_changed_and_read_nothing_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORCHLIGHT_PORT", "9000")
    settings = Settings()
    assert settings.port == 8080
    with pytest.raises(ValidationError):
        settings.port = 9000


def test_a_wrong_secret_shows_in_no_error(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("canary secret", "utf-8")
    for environ in ({"PORCHLIGHT_TELEGRAM_TOKEN": "canary secret"}, {TOKEN_FILE: str(tmp_path / "token")}):
        assert "canary" not in fault(environ)
    with pytest.raises(ValidationError) as caught:
        Settings(telegram_token="canary secret")
    assert "canary" not in str(caught.value)
