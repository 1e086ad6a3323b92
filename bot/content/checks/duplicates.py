"""Messages that are written twice, or nearly."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.content.checks.says import read_says
from bot.content.raw import RawContent, RawLanguage
from bot.content.yaml_reader import Problem
from bot.dialogue import KINDS, Kind
from bot.schema import Phrase

#: Two messages of one file that are at least this much alike are reported; 100 is equal.
NEAR_DUPLICATE_PERCENT = 92
#: Only the most alike are reported: nobody would read them all.
_MAX_NEAR_DUPLICATES = 60
_MAX_QUOTED_CHARACTERS = 60
_SELDOM_INNOCENT: tuple[Kind, ...] = ("suicide", "self_harm")
_IS_SAFETY = '"{text}" is a safety message: {source}; keep it there'
_IS_TEST = '"{text}" is also at {source}; a test proves nothing with a message that stands here, so reword one'
_IGNORED = re.compile(r"[\s!-/:-@\[-`{-~¡¿“”‘’«»…–—]+")


def comparable(text: str) -> str:
    """A message without capitals, accents and punctuation: two that are equal then count as the same message."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _IGNORED.sub(" ", plain).strip() or text


def duplicates(raw: RawContent) -> Iterator[Problem]:
    """Messages that stand in two places of a language: it would be chance which of the two counts."""
    for lang, language in raw.languages.items():
        intents = [phrase for group in language.intents.values() for phrase in group]
        labelled = [(Phrase(each.text, each.source), each.kinds) for each in language.labelled]
        intents += [phrase for phrase, kinds in labelled if not kinds]
        disclosures = [phrase for phrase, kinds in labelled if kinds]
        yield from _repeated(intents)
        yield from _repeated(disclosures)
        yield from _repeated(language.careful)
        for kind in KINDS:
            yield from _repeated(language.bank.get(kind, ()))
        yield from _repeated(language.harmless)
        safety = [phrase for kind in KINDS for phrase in language.bank.get(kind, ())]
        yield from _also_in(intents, safety, _IS_SAFETY)
        yield from _also_in(language.harmless, safety, _IS_SAFETY)
        yield from _also_in(language.careful, safety, _IS_SAFETY)
        yield from _phrase_duplicates(language)
        held_out = [message for expected in read_says(raw, lang)[0] for message in expected.messages]
        short = [phrase for kind in KINDS for phrase in language.says.get(kind, ())]
        banks = [*intents, *safety, *short, *disclosures, *language.careful, *language.harmless]
        yield from _also_in(banks, held_out, _IS_TEST)


def ambiguous_spellings(raw: RawContent) -> Iterator[Problem]:
    """Shortenings that stand for two things; only the first is ever understood."""
    for lang, language in raw.languages.items():
        if yaml_file := raw.files.get(f"intents/{lang}/_spellings.yaml"):
            for words in yaml_file.names():
                for variant in yaml_file.text(words).split():
                    if (first := language.spellings.get(variant, words)) != words:
                        yield yaml_file.problem(f'"{variant}" stands for "{first}" already; take it out of one', words)


def near_duplicates(raw: RawContent) -> Iterator[Problem]:
    """Messages of one file that are almost the same, the most alike first, at most 60."""
    found: list[tuple[float, Phrase, Phrase]] = []
    for language in raw.languages.values():
        for group in (*language.intents.values(), *language.bank.values(), language.harmless):
            found.extend(_near(group))
    found.sort(key=lambda pair: -pair[0])
    for score, phrase, other in found[:_MAX_NEAR_DUPLICATES]:
        yield _problem(
            phrase, f'"{_cut(phrase.text)}" is {score:.0f} % like {_near_to(phrase, other)}; say it in another way'
        )


def safety_phrases_in_topics(raw: RawContent) -> Iterator[Problem]:
    """Messages of a topic that hold a phrase about suicide or self-harm outside of an idiom.

    Such phrases are seldom innocent; those about danger and abuse often are ("should i call the police").
    """
    for language in raw.languages.values():
        idioms = [f" {comparable(idiom.text)} " for kind in KINDS for idiom in language.idioms.get(kind, ())]
        for kind in _SELDOM_INNOCENT:
            says = {comparable(phrase.text): phrase for phrase in language.says.get(kind, ())}
            for message in (message for group in language.intents.values() for message in group):
                if (phrase := _phrase_inside(message, says)) and (phrase := _phrase_inside(message, says, idioms)):
                    sentence = f'"{_cut(message.text)}" holds "{phrase.text}": {phrase.source}'
                    yield _problem(message, f"{sentence}; if it is about {kind}, move it to content/safety")


def _phrase_inside(message: Phrase, says: Mapping[str, Phrase], idioms: Sequence[str] = ()) -> Phrase | None:
    """The first of the phrases whose words stand in a message one after another, idioms left out."""
    text = f" {comparable(message.text)} "
    for idiom in idioms:
        text = text.replace(idiom, " | ")
    words = text.split()
    longest = max((phrase.count(" ") + 1 for phrase in says), default=0)
    runs = (" ".join(words[at : at + length]) for at in range(len(words)) for length in range(1, longest + 1))
    return next((says[run] for run in runs if run in says), None)


def _repeated(written: Iterable[Phrase]) -> Iterator[Problem]:
    first: dict[str, Phrase] = {}
    for phrase in written:
        earlier = first.setdefault(comparable(phrase.text), phrase)
        if earlier is not phrase:
            yield _problem(phrase, f'"{_cut(phrase.text)}" is also at {earlier.source}; keep one')


def _also_in(written: Iterable[Phrase], others: Iterable[Phrase], sentence: str) -> Iterator[Problem]:
    known = {comparable(other.text): other for other in others}
    for phrase in written:
        if other := known.get(comparable(phrase.text)):
            yield _problem(phrase, sentence.format(text=_cut(phrase.text), source=other.source))


def _phrase_duplicates(language: RawLanguage) -> Iterator[Problem]:
    """Short phrases that are written twice, or that are an idiom as well."""
    for kind in KINDS:
        yield from _repeated(language.says.get(kind, ()))
        yield from _repeated(language.idioms.get(kind, ()))
    says = {comparable(phrase.text): phrase for kind in KINDS for phrase in language.says.get(kind, ())}
    for kind in KINDS:
        for idiom in language.idioms.get(kind, ()):
            if phrase := says.get(comparable(idiom.text)):
                yield _problem(
                    idiom, f'"{idiom.text}" can\'t be an idiom and a safety phrase: {phrase.source}; keep one'
                )


def _near(written: tuple[Phrase, ...]) -> Iterator[tuple[float, Phrase, Phrase]]:
    """Pairs that are almost the same, each once. Only messages that share a rare word are compared: all pairs would take minutes."""
    plain = [comparable(phrase.text) for phrase in written]
    told = set()
    for group in _by_rare_word(plain).values():
        texts = {n: plain[n] for n in group}
        for n in group:
            del texts[n]
            for _, score, other in process.extract(
                plain[n], texts, scorer=fuzz.ratio, score_cutoff=NEAR_DUPLICATE_PERCENT, limit=None
            ):
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
    return text if len(text) <= _MAX_QUOTED_CHARACTERS else text[: _MAX_QUOTED_CHARACTERS - 3].rstrip() + "..."
