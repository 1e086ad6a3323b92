"""The sentences of the content that this channel says itself, with every placeholder filled."""

from bot.engine import Engine


def shared_text(engine: Engine, lang: str, name: str) -> str:
    """The sentence `name` of _shared.yaml; KeyError for a language, AttributeError for a name that isn't there."""
    return engine.fill(lang, str(getattr(engine.content.languages[lang].shared, name))).strip()


def telegram_text(engine: Engine, lang: str, name: str, number: int = 0) -> str:
    """The sentence `name` of _telegram.yaml, with `number` for {number}; errors as those of shared_text."""
    text = str(getattr(engine.content.languages[lang].telegram, name))
    return engine.fill(lang, text, number=str(number)).strip()


def topic_label(engine: Engine, lang: str, topic: str) -> str:
    """What the button of a topic says; KeyError for a topic that isn't there."""
    return engine.fill(lang, engine.content.languages[lang].replies[topic].button).strip()
