"""Twelve kinds of noise that people, phones and filters put into what is written. Pure: the same seed, the same noise.

Each takes a message and gives it back noisier, and still readable to a person. `mutate` always changes the text;
`can_mutate` says where a kind has nothing to take hold of (nothing can be run together in one word).
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence

Mutation = Callable[[str, str, random.Random], str]

#: What lies beside each key: QWERTY, with the ñ of the Spanish layout.
NEAR = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "ol", "a": "qsz", "s": "adwx", "d": "sfec", "f": "dgrv", "g": "fhtb", "h": "gjyn", "j": "hkum", "k": "jlio",
    "l": "kop", "ñ": "lp", "z": "xas", "x": "zcs", "c": "xvd", "v": "cbf", "b": "vng", "n": "bmh", "m": "njk",
}  # fmt: skip
LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "b": "8", "g": "9"}
#: Cyrillic, Greek, full-width and mathematical letters that look the same, or nearly.
LOOK_ALIKE = {
    "a": "аａ𝐚", "c": "сｃ", "d": "ԁｄ𝐝", "e": "еｅ𝗲", "h": "һｈ", "i": "іｉ𝑖", "j": "јｊ", "k": "ｋ𝗸", "l": "ｌ𝐥",
    "m": "ｍ𝐦", "n": "ｎ𝐧", "o": "оο𝗼", "p": "рｐ", "r": "ｒ𝐫", "s": "ѕｓ", "t": "ｔ𝐭", "u": "ｕ𝐮", "v": "ѵｖ",
    "x": "хｘ", "y": "уｙ",
}  # fmt: skip
#: Emoji that say nothing by themselves.
EMOJI = "😭🙃✨💀🥲😶🌧🫠"
VOWELS = "aeiouáéíóúü"
#: From this length on a word is worth disguising; shorter ones are left alone as people leave them.
LONG = 4

#: What dictation writes for what was said, in this order.
HEARD_AS: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": (
        ("myself", "my self"), ("himself", "him self"), ("herself", "her self"), ("themselves", "them selves"),
        ("want to", "wanna"), ("going to", "gonna"), ("wants to", "want to"), ("to", "too"), ("there", "their"),
        ("their", "there"), ("die", "dye"), ("hurting", "hurt in"), ("killing", "kill in"), ("cutting", "cut in"),
        ("you", "u"), ("no", "know"), ("hit", "hid"), ("be", "bee"), ("a", "uh"), ("my", "mai"), ("is", "as"),
    ),
    "es": (
        ("voy a", "boy a"), ("quiero", "kiero"), ("quisiera", "quiciera"), ("vida", "bida"), ("hacer", "a ser"),
        ("hago", "ago"), ("hace", "ase"), ("vivir", "bibir"), ("a ver", "haber"), ("he", "e"), ("ha", "a"),
        ("estar", "está"), ("seguir", "segir"), ("está", "esta"), ("matarme", "matar me"), ("morirme", "morir me"),
        ("matarse", "matar se"), ("cortarme", "cortar me"), ("se", "sé"), ("mi", "mí"), ("que", "ke"),
    ),
}  # fmt: skip
FILLERS = {"en": ("um", "uh", "like"), "es": ("eh", "este", "o sea")}
BEFORE = {
    "en": ("hey so", "ok um", "hi sorry", "so like", "idk how to say this but", "omg ok so", "hello? ok", "um hi"),
    "es": ("oye", "hola perdón", "este pues", "o sea", "no sé cómo decirlo pero", "ay bueno", "hola? bueno", "eh hola"),
}
AFTER = {
    "en": ("idk", "lol", "thats it", "anyway", "sorry its late", "yeah", "can u read this", "ok bye"),
    "es": ("no sé", "jaja", "eso", "en fin", "perdón es tarde", "sí", "me lees", "bueno ya"),
}
_WORD = re.compile(r"[^\W\d_]+")


def mutate(kind: str, text: str, lang: str, seed: int = 0) -> str:
    """The text with that kind of noise in it; ValueError where the kind has nothing to take hold of."""
    # String seeds are the same in every process, and another one per text keeps the noise from lining up.
    for turn in range(20):
        noisy = MUTATIONS[kind](text, lang, random.Random(f"{seed} {turn} {kind} {lang} {text}"))
        if noisy != text:
            return noisy
    raise ValueError(f"{kind} has nothing to change in this text; ask can_mutate first")


def can_mutate(kind: str, text: str) -> bool:
    """Whether this kind of noise can touch the text at all."""
    letters = [word for word in _WORD.findall(text) if len(word) > 2]
    return bool(letters) and not (kind in ("run_together", "emoji") and len(text.split()) < 2)


def near_keys(text: str, lang: str, chance: random.Random) -> str:
    """One letter in six words (or the only few) hit beside its key: "kill nyself"."""

    def slip(word: str) -> str:
        places = [n for n, letter in enumerate(word) if letter.lower() in NEAR]
        if not places:
            return word
        at = chance.choice(places)
        return word[:at] + chance.choice(NEAR[word[at].lower()]) + word[at + 1 :]

    return _in_some_words(text, chance, slip)


def dropped(text: str, lang: str, chance: random.Random) -> str:
    """One letter in six words left out, never a word's first: "kil myself"."""

    def drop(word: str) -> str:
        at = chance.randrange(1, len(word))
        return word[:at] + word[at + 1 :]

    return _in_some_words(text, chance, drop)


def leet(text: str, lang: str, chance: random.Random) -> str:
    """Half the letters that have one as a digit or sign: "su1c1d3"."""
    return "".join(
        chance.choice(LEET[letter.lower()]) if letter.lower() in LEET and chance.random() < 0.5 else letter
        for letter in text
    )


def stars(text: str, lang: str, chance: random.Random) -> str:
    """The first inner vowel of the longest word, and of some others, as a star: "k*ll", "k*s"."""

    def star(word: str) -> str:
        inner = next((n for n in range(1, len(word)) if word[n].lower() in VOWELS), 1)
        return f"{word[:inner]}*{word[inner + 1 :]}"

    longest = max(_WORD.findall(text), key=len)
    return _WORD.sub(
        lambda found: (
            star(found[0]) if found[0] == longest or (len(found[0]) >= LONG and chance.random() < 0.3) else found[0]
        ),
        text,
    )


def spaced(text: str, lang: str, chance: random.Random) -> str:
    """The longest word letter by letter: "k i l l", "s.u.i.c.i.d.e"."""
    between = chance.choice((" ", ".", "-", "_", "*"))
    longest = max(_WORD.findall(text), key=len)
    return re.sub(rf"\b{re.escape(longest)}\b", between.join(longest), text, count=1)


def homoglyphs(text: str, lang: str, chance: random.Random) -> str:
    """A third of the letters from other alphabets, and a space of no width: what gets words past a filter."""
    out = [
        chance.choice(LOOK_ALIKE[letter]) if letter in LOOK_ALIKE and chance.random() < 1 / 3 else letter
        for letter in text
    ]
    out.insert(chance.randrange(1, len(out)), "\u200b")
    return "".join(out)


def emoji(text: str, lang: str, chance: random.Random) -> str:
    """An emoji between all words, now and then instead of the space."""
    words = text.split()
    gaps = [chance.choice(EMOJI) for _ in words[1:]]
    gaps = [gap if chance.random() < 0.3 else f" {gap} " for gap in gaps]
    return words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))


def run_together(text: str, lang: str, chance: random.Random) -> str:
    """Half the spaces missing, all of them in up to three words: "killmyself"."""
    words = text.split()
    if len(words) <= 3:
        return "".join(words)
    return words[0] + "".join(("" if chance.random() < 0.5 else " ") + word for word in words[1:])


def caps(text: str, lang: str, chance: random.Random) -> str:
    """ALL CAPITALS, and sometimes exclamation marks."""
    return text.upper() + chance.choice(("", "!!", "!!!!"))


def voice(text: str, lang: str, chance: random.Random) -> str:
    """What dictation makes of it: no commas or accents, two words written as they sound, a filler."""
    said = re.sub(r"[,.;:!?¿¡]", "", text.lower())
    sounds = [(a, b) for a, b in HEARD_AS[lang] if re.search(rf"\b{a}\b", said)]
    for a, b in sounds[:2]:
        said = re.sub(rf"\b{a}\b", b, said, count=1)
    words = said.split()
    words.insert(chance.randrange(len(words)), chance.choice(FILLERS[lang]))
    return " ".join(words)


def chatter(text: str, lang: str, chance: random.Random) -> str:
    """Words that say nothing, before and after, without a stop between."""
    return f"{chance.choice(BEFORE[lang])} {text} {chance.choice(AFTER[lang])}"


def cut_off(text: str, lang: str, chance: random.Random) -> str:
    """Sent too early: the last word lacks up to half its letters."""
    last = [found for found in _WORD.finditer(text) if len(found[0]) > 2][-1]
    missing = chance.randint(1, max(1, len(last[0]) // 2))
    return text[: last.end() - missing]


MUTATIONS: Mapping[str, Mutation] = {
    "near_keys": near_keys,
    "dropped": dropped,
    "leet": leet,
    "stars": stars,
    "spaced": spaced,
    "homoglyphs": homoglyphs,
    "emoji": emoji,
    "run_together": run_together,
    "caps": caps,
    "voice": voice,
    "chatter": chatter,
    "cut_off": cut_off,
}


def _in_some_words(text: str, chance: random.Random, change: Callable[[str], str]) -> str:
    """One word of three letters or more changed in each started block of six words, longer ones more often."""
    words = list(_WORD.finditer(text))
    chosen: dict[int, str] = {}
    for start in range(0, len(words), 6):
        block = [found for found in words[start : start + 6] if len(found[0]) > 2]
        if block:
            found = chance.choices(block, [len(each[0]) for each in block])[0]
            chosen[found.start()] = change(found[0])
    return _WORD.sub(lambda found: chosen.get(found.start(), found[0]), text)
