"""Misspelt copies of messages, the same every time: the typing errors that the hearing bench measures with.

In each started block of six words, one or two edits: a letter beside the right key instead of it or as well, a letter
left out, two letters in the wrong order; in words of three letters or more, longer ones more often.
"""

import random
from collections.abc import Sequence

from bench.mutations import NEAR

BLOCK = 6


def misspelt(texts: Sequence[str], seed: int) -> list[str]:
    """Each text with typing errors in it; one generator for all of them, so the order matters."""
    chance = random.Random(seed)
    return [_one(text, chance) for text in texts]


def _one(text: str, chance: random.Random) -> str:
    words = text.split()
    for start in range(0, len(words), BLOCK):
        places = [n for n in range(start, min(start + BLOCK, len(words))) if sum(map(str.isalpha, words[n])) >= 3]
        for _ in range(chance.randint(1, 2)):
            if places:
                at = chance.choices(places, [len(words[n]) for n in places])[0]
                words[at] = _edit(words[at], chance)
    return " ".join(words)


def _edit(word: str, chance: random.Random) -> str:
    letters = [n for n, letter in enumerate(word) if letter.lower() in NEAR]
    if not letters:
        return word
    at = chance.choice(letters)
    near = chance.choice(NEAR[word[at].lower()])
    match chance.choice(("beside", "as well", "left out", "swapped")):
        case "beside":
            return word[:at] + near + word[at + 1 :]
        case "as well":
            return word[:at] + near + word[at:]
        case "left out":
            return word[:at] + word[at + 1 :]
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :] if at >= 0 else word
