"""Messages that are written twice, or nearly."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from bot.content.raw import RawContent, RawLanguage
from bot.content.yaml_reader import Problem, phrases, read_yaml
from bot.dialogue import KINDS
from bot.schema import Phrase

#: How alike two messages of one file may be before an editor is asked to look (100 is equal).
NEAR = 92
#: More than these would not be read.
_NEAR_SHOWN = 60
_IS_SAFETY = '"{text}" is a safety message: {source}; keep it there'
_IS_TEST = '"{text}" is also at {source}; a test proves nothing with a message that stands here, so reword one'
_IGNORED = re.compile(r"[\s!-/:-@\[-`{-~¡¿“”‘’«»…–—]+")


def comparable(text: str) -> str:
    """A message without what makes no difference: capitals, accents, punctuation, apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _IGNORED.sub(" ", plain).strip() or text


def duplicates(raw: RawContent) -> Iterator[Problem]:
    """Messages that stand in two places of a language, where one would have to win by chance."""
    for lang, language in raw.languages.items():
        intents = [phrase for group in language.intents.values() for phrase in group]
        yield from _repeated(intents)
        for kind in KINDS:
            yield from _repeated(language.bank.get(kind, ()))
        yield from _repeated(language.harmless)
        safety = [phrase for kind in KINDS for phrase in language.bank.get(kind, ())]
        yield from _shared(intents, safety, _IS_SAFETY)
        yield from _shared(language.harmless, safety, _IS_SAFETY)
        yield from _short(language)
        held_out, problems = _held_out(raw, lang)
        yield from problems
        yield from _shared([*intents, *safety, *language.harmless], held_out, _IS_TEST)


def ambiguous_spellings(raw: RawContent) -> Iterator[Problem]:
    """Shortenings that stand for two things: only the first would ever be understood."""
    for lang, language in raw.languages.items():
        if yaml_file := raw.files.get(f"intents/{lang}/_spellings.yaml"):
            for words in yaml_file.names():
                for variant in yaml_file.text(words).split():
                    if (first := language.spellings.get(variant, words)) != words:
                        yield yaml_file.problem(f'"{variant}" stands for "{first}" already; take it out of one', words)


def near_duplicates(raw: RawContent) -> Iterator[Problem]:
    """Messages of one file that are almost the same: the most alike first."""
    found: list[tuple[float, Phrase, Phrase]] = []
    for language in raw.languages.values():
        for group in (*language.intents.values(), *language.bank.values(), language.harmless):
            found.extend(_near(group))
    found.sort(key=lambda pair: -pair[0])
    for score, phrase, other in found[:_NEAR_SHOWN]:
        yield _problem(
            phrase, f'"{_cut(phrase.text)}" is {score:.0f} % like {_near_to(phrase, other)}; say it in another way'
        )


def _repeated(written: Iterable[Phrase]) -> Iterator[Problem]:
    first: dict[str, Phrase] = {}
    for phrase in written:
        earlier = first.setdefault(comparable(phrase.text), phrase)
        if earlier is not phrase:
            yield _problem(phrase, f'"{_cut(phrase.text)}" is also at {earlier.source}; keep one')


def _shared(written: Iterable[Phrase], others: Iterable[Phrase], sentence: str) -> Iterator[Problem]:
    known = {comparable(other.text): other for other in others}
    for phrase in written:
        if other := known.get(comparable(phrase.text)):
            yield _problem(phrase, sentence.format(text=_cut(phrase.text), source=other.source))


def _short(language: RawLanguage) -> Iterator[Problem]:
    """Short phrases that are written twice, or that are an idiom as well."""
    for kind in KINDS:
        yield from _repeated(language.says.get(kind, ()))
        yield from _repeated(language.idioms.get(kind, ()))
    heard = {comparable(phrase.text): phrase for kind in KINDS for phrase in language.says.get(kind, ())}
    for kind in KINDS:
        for idiom in language.idioms.get(kind, ()):
            if phrase := heard.get(comparable(idiom.text)):
                yield _problem(
                    idiom, f'"{idiom.text}" can\'t be an idiom and a safety phrase: {phrase.source}; keep one'
                )


def _held_out(raw: RawContent, lang: str) -> tuple[list[Phrase], list[Problem]]:
    """The messages of tests/says, if the folder is there: the proof that others lead to the right place."""
    found: list[Phrase] = []
    problems: list[Problem] = []
    for path in sorted((raw.root / "tests" / "says" / lang).glob("*.yaml")):
        file = path.relative_to(raw.root).as_posix()
        yaml_file, faults = read_yaml(path, file, list)
        problems.extend(faults)
        if yaml_file:
            for n in range(len(yaml_file.values)):
                found.extend(phrases(yaml_file, n, "says"))
    return found, problems


def _near(written: tuple[Phrase, ...]) -> Iterator[tuple[float, Phrase, Phrase]]:
    """Pairs above NEAR, each once. Only messages that share a rare word are compared: all pairs would take minutes."""
    plain = [comparable(phrase.text) for phrase in written]
    told = set()
    for group in _by_rare_word(plain).values():
        texts = {n: plain[n] for n in group}
        for n in group:
            del texts[n]
            for _, score, other in process.extract(plain[n], texts, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None):
                pair = (min(n, other), max(n, other))
                if score < 100 and pair not in told:  # equal ones are problems, told elsewhere
                    told.add(pair)
                    yield score, written[pair[1]], written[pair[0]]


def _by_rare_word(plain: list[str]) -> dict[str, list[int]]:
    """Messages by their three rarest words: two that are almost the same share one of them."""
    often: dict[str, int] = defaultdict(int)
    for text in plain:
        for word in set(text.split()):
            often[word] += 1
    groups: dict[str, list[int]] = defaultdict(list)
    for n, text in enumerate(plain):
        for word in sorted(set(text.split()), key=lambda word: (often[word], word))[:3]:
            groups[word].append(n)
    return groups


def _problem(phrase: Phrase, sentence: str) -> Problem:
    file, line = phrase.source.rsplit(":", 1)
    return Problem(file, int(line), sentence)


def _near_to(phrase: Phrase, other: Phrase) -> str:
    file, line = other.source.rsplit(":", 1)
    return f"line {line}" if phrase.source.startswith(f"{file}:") else other.source


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."
