"""What a client accepts: languages and compression."""

from collections.abc import Collection, Sequence

#: Entries of a header that are looked at; browsers send fewer.
MAX_ENTRIES = 20


def known_language(tag: str | None, langs: Collection[str]) -> str | None:
    """The one of `langs` that a tag such as es, ES, es-MX or es_MX means; None if it means none of them."""
    short = (tag or "").strip().lower().replace("_", "-").partition("-")[0]
    return short if short in langs else None


def preferred_language(header: str, langs: Sequence[str]) -> str | None:
    """The one of `langs` that an Accept-Language header wants most; None if it wants none of them."""
    ranked: list[tuple[float, str]] = []
    for part in header.split(",")[:MAX_ENTRIES]:
        tag, _, weight = part.strip().partition(";")
        lang = known_language(tag, langs)
        if lang is not None:
            ranked.append((_quality(weight), lang))
    best = max(ranked, key=lambda each: each[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else None


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header names gzip with a weight above 0."""
    for part in header.lower().split(",")[:MAX_ENTRIES]:
        coding, _, weight = part.strip().partition(";")
        if coding.strip() == "gzip":
            return _quality(weight) > 0
    return False


def _quality(weight: str) -> float:
    """The weight of one entry of an Accept header: what follows its first semicolon."""
    name, _, value = weight.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
