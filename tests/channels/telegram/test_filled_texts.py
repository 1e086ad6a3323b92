"""Every placeholder that `check` allows is filled in whatever Telegram shows: no brace is left anywhere."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from fakes.classifier import FakeClassifier
from fakes.telegram_kit import MEDIA, idle, running
from fakes.telegram_server import TelegramServer

from bot.channels.telegram.channel import TelegramChannel
from bot.content.checks.references import BY_LANGUAGE, FROM_RESOURCE, FROM_WORDS
from bot.engine import Engine
from bot.schema import Content, Language, Shared, TelegramWords

#: What isn't a text to show: the words that are compared with a message.
NOT_SHOWN = ("safe_words",)


def allowed(content: Content, lang: str) -> Iterator[str]:
    """Each placeholder that may stand in a text of this language, as `check` decides it."""
    for id_, resource in content.resources.items():
        for name in FROM_RESOURCE:
            if getattr(resource, name):
                yield f"{{{id_}.{name}}}"
        for name in BY_LANGUAGE:
            if getattr(resource, name).get(lang):
                yield f"{{{id_}.{name}}}"
        for name in FROM_WORDS:
            if getattr(content.languages[lang].resource_words[id_], name):
                yield f"{{{id_}.{name}}}"


def with_placeholders(content: Content, lang: str) -> Language:
    """A language in which every text says every placeholder; labels of buttons, which are short, say one."""
    language, placeholders = content.languages[lang], list(allowed(content, lang))

    def longer(words: Shared | TelegramWords) -> dict[str, str]:
        return {
            name: f"{text} {placeholders[0] if name.startswith('button_') else ' '.join(placeholders)}"
            for name, text in words.model_dump().items()
            if name not in NOT_SHOWN
        }

    return replace(
        language,
        shared=language.shared.model_copy(update=longer(language.shared)),
        telegram=language.telegram.model_copy(update=longer(language.telegram)),
    )


@pytest.fixture
def engine(content: Content) -> Engine:
    """An engine whose shared texts hold every placeholder that is allowed."""
    languages = {lang: with_placeholders(content, lang) for lang in content.languages}
    return Engine(replace(content, languages=languages), FakeClassifier())


def shown(server: TelegramServer) -> Iterator[str]:
    """All that Telegram shows of the bot: messages, buttons, cards, its profile."""
    for call in server.made("sendMessage"):
        yield call.text
        yield from (button["text"] for row in call.buttons for button in row)
    for call in server.made("answerInlineQuery"):
        for card in json.loads(call.data["results"]):
            yield from (card["title"], card["description"], card["input_message_content"]["message_text"])
    for value in server.profile.values():
        yield from [value] if isinstance(value, str) else (command["description"] for command in value)


async def say_everything(bot: TelegramChannel, server: TelegramServer, content: Content, lang: str) -> None:
    danger, blackmail = ("quiero morir", "tiene mis fotos") if lang == "es" else ("i want to die", "he has my pics")
    said = ["/start", "/start example", "/help", "/privacy", "/language", "/delete", "what", danger, blackmail, "crash"]
    for chat, text in enumerate(said, 100):
        server.say(text, chat, lang=lang)
    server.say("what", 200, lang=lang, age=3600)
    server.send(201, **MEDIA["photo"], lang=lang)
    pressed = ["w", "w:5", "w:0", "d:now", "l:en", "l:es", "a:numbers", "a:not_meant", "t:privacy", "t:delete_chat"]
    for chat, data in enumerate([*pressed, *(f"m:{topic}:t" for topic in content.topics)], 300):
        server.press(data, chat, lang)
    server.send(-500, kind="group", text=danger, lang=lang)
    server.ask(danger, lang=lang)
    await idle(bot, server)


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_no_brace_is_left_whatever_placeholder_a_shared_text_has(
    engine: Engine, server: TelegramServer, lang: str
) -> None:
    async with running(engine, server) as bot:
        await say_everything(bot, server, engine.content, lang)
        await server.until(lambda: ("short_description", "es") in server.profile)
    texts = list(shown(server))
    assert len(texts) > 200
    assert sorted({text for text in texts if re.search(r"[{}]", text)}) == []
    assert set(bot.counts) <= {"RuntimeError", "sent_plain"}  # of "crash"; of the group's line, which is too long here


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_what_this_channel_says_itself_says_every_placeholder(
    engine: Engine, server: TelegramServer, content: Content, lang: str
) -> None:
    filled = [Engine(content, FakeClassifier()).fill(lang, placeholder) for placeholder in allowed(content, lang)]
    assert len(filled) > 100
    async with running(engine, server) as bot:
        server.say("/delete", lang=lang)
        await idle(bot, server)
    text = squeezed(unescape("".join(call.text for call in server.sent())))
    assert [words for words in filled if squeezed(words) not in text] == []


def squeezed(text: str) -> str:
    """A text without spaces: a long one is parted at some of them."""
    return re.sub(r"\s", "", text)
