"""The Accept and Accept-Language headers."""


def accepted(header: str, langs: tuple[str, ...]) -> str:
    """The language a browser asks for, or the first of ours."""
    ranked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        name, _, weight = part.strip().partition(";")
        short = name.strip().lower().partition("-")[0]
        if short in langs:
            ranked.append((quality(weight), short))
    best = max(ranked, key=lambda each: each[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else langs[0]


def quality(weight: str) -> float:
    """The weight of one entry of an Accept header: what follows its first semicolon."""
    name, _, value = weight.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
