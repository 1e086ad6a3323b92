"""Settings, and the exact sentences about those that can't be used."""

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
    )


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
