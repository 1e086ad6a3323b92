"""A classifier for tests of everything but classification: it knows a few words, so that tests are fast and always the same."""

from bot.dialogue import Classification


class FakeClassifier:
    """Hears danger, suicide (English and Spanish), blackmail, a Spanish greeting; "crash" makes it raise; else nothing."""

    def classify(self, text: str, hint: str | None = None) -> Classification:
        """What the first known word in `text` stands for; `hint` is the language where no word tells."""
        written = text.casefold()
        lang = hint or "en"
        if "crash" in written:
            raise RuntimeError(f"crashed on {text}")
        if "morir" in written:
            return Classification("es", "alert", safety=("suicide",))
        if "die" in written:
            return Classification("en", "alert", safety=("suicide",))
        if "outside my house" in written:
            return Classification("en", "alert", safety=("danger",))
        if "wants money" in written:
            return Classification(lang, "answer", topic="sextortion", score=0.9)
        if "hola" in written:
            return Classification("es", "answer", topic="greeting", score=0.9)
        return Classification(lang, "unsure", alternatives=("grooming",))
