"""Settings, and the exact sentences about those that can't be used."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read


def fault(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read(environ)
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


@pytest.mark.parametrize("port", ["http", "65536", "-1", "8080.5"])
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
    assert fault({"PORCHLIGHT_TELEGRAM_MODE": "webhook"}) == said


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
        "PORCHLIGHT_TELEGRAM_MODE",
        "PORCHLIGHT_TELEGRAM_TOKEN",
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
