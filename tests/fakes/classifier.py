"""A classifier that knows a few words and always says the same, so that tests of channels need no trained model."""

import re

from bot.dialogue import Classification, Kind

#: What it knows: the first rule whose words stand in the message decides.
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"\bdie\b|\bmorir\b", "suicide"),
    (r"\bhas a gun\b|\btiene un arma\b|\boutside my house\b|\bfuera de mi casa\b", "danger"),
)
_SEXTORTION = re.compile(r"\bpics\b|\bwants money\b|\bfotos\b|\bquiere dinero\b")
_SPANISH = re.compile(r"\b(?:quiero|quiere|morir|tiene|fotos|ayuda|emergencia|hola|estoy|fuera)\b")


class FakeClassifier:
    """Knows suicide, danger, sextortion and a Spanish greeting; "crash" makes it raise; all else is unsure.

    `texts` and `hints` are what it was asked, in order.
    """

    def __init__(self, alternatives: tuple[str, ...] = ("grooming", "sextortion")) -> None:
        self.texts: list[str] = []
        self.hints: list[str | None] = []
        self._alternatives = alternatives

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """The classification of `text`; `hint` is its language unless the words tell."""
        self.texts.append(text)
        self.hints.append(hint)
        folded = text.casefold()
        if "crash" in folded:
            raise RuntimeError(f"broke on {text}")
        lang = "es" if _SPANISH.search(folded) else hint or "en"
        for words, kind in _KINDS:
            if re.search(words, folded):
                return Classification(lang, "alert", (kind,))
        if _SEXTORTION.search(folded):
            return Classification(lang, "answer", topic="sextortion", score=0.9)
        if re.search(r"\bhola\b", folded):
            return Classification(lang, "answer", topic="greeting", score=0.9)
        return Classification(lang, "unsure", alternatives=self._alternatives)
