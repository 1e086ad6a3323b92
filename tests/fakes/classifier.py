"""A classifier that knows a few words and always says the same: tests of channels need no trained model."""

import re

from bot.dialogue import Classification, Kind

_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"\bdie\b|\bmorir\b", "suicide"),
    (r"\boutside my house\b|\bfuera de mi casa\b", "danger"),
)
_SEXTORTION = re.compile(r"\bpics\b|\bwants money\b|\bfotos\b|\bquiere dinero\b")
_GREETING = re.compile(r"\bhola\b")
_SPANISH = re.compile(r"\b(?:quiero|quiere|morir|tiene|fotos|ayuda|emergencia|hola|fuera)\b")


class FakeClassifier:
    """Knows suicide, danger, sextortion and a Spanish greeting; "crash" makes it raise; all else is unsure.

    `texts` is what it was asked, in order.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """The classification of `text`; `hint` is its language unless the words tell."""
        self.texts.append(text)
        folded = text.casefold()
        if "crash" in folded:
            raise RuntimeError(f"crashed on {text}")
        lang = "es" if _SPANISH.search(folded) else hint or "en"
        for words, kind in _KINDS:
            if re.search(words, folded):
                return Classification(lang, "alert", (kind,))
        if _SEXTORTION.search(folded):
            return Classification(lang, "answer", topic="sextortion", score=0.9)
        if _GREETING.search(folded):
            return Classification(lang, "answer", topic="greeting", score=0.9)
        return Classification(lang, "unsure", alternatives=("grooming",))
