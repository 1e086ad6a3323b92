"""What words a message is made of: shortenings spelled out, disguises undone, misspellings mended with the neighbours' help.

The lexicon knows the words of the phrase banks, the most common words of each language, and the editors' lists of
shortenings. A word found there is left alone; any other is mended towards the banks, where that is likely enough.
Nothing that is read is kept: there is no cache of people's words.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu import normalize as texts

#: The Snowball stemmer of each language.
STEMMERS = {"en": "english", "es": "spanish", "pt": "portuguese", "fr": "french"}
#: A candidate this unlike the written word is no candidate (share of letters that agree).
LEAST_LIKE = 0.62
#: Words this common in a language are never taken for a misspelling.
SURELY_A_WORD = 20000
#: What stands behind the digits of "5th", "10k", "8pm", "2do".
_ENDINGS = frozenset(
    ["st", "nd", "rd", "th", "k", "am", "pm", "x", "hrs", "hr", "min", "mins", "er", "ro", "do", "to", "mil"]
)
#: What `text.tokens` makes of numbers; any other word with a dollar sign is a disguise.
_MARKS = frozenset({"$few", "$minor", "$adult", "$many", "$money", "$age", *(f"${ending}" for ending in _ENDINGS)})
_HELP_LINE = re.compile(r"([a-zñ]*)(911|988|741741)([a-zñ]*)")
#: The same for a word with digits or signs in it, where more letters are guessed.
LEAST_LIKE_LEET = 0.72
#: Longer words are no misspelling of one word.
MAX_MENDED_LETTERS = 24
#: A sentence without an end is parted into pieces of at most so many words: each is also classified by itself.
MAX_SENTENCE = 30
#: A word with this much more evidence for one language stands in that language alone (e to this power times as often).
ALONE = 2.5
#: The most that one word says: a rare word is no better proof than a common one.
MOST_EVIDENCE = 4.0
#: How much the words of a longer message must say against the language of the page or the talk.
OVERRULES_HINT = 3.5
#: So many words or fewer must have one that stands in the other language alone, and nothing against it.
FEW_WORDS = 2
#: Of so many words at least half must be known for a message to be in a language of ours.
FEWEST_WORDS = 4
#: A word seen this often in the banks is judged by them, a rarer one by the lists of common words.
TELLING_COUNT = 5
#: How many words of one message are looked up among all words of the banks. An ordinary text of 4,000 characters needs 30.
MAX_LOOKUPS = 48
#: Only words this common may be pieces of a run-together word, beside those of the banks.
COMMON_PIECE = 4000


@dataclass(frozen=True)
class Reading:
    """A message as the rest of the program sees it: sentences of plain words, and how sure the language is."""

    sentences: tuple[tuple[str, ...], ...]
    lang: str
    lang_lead: float  # by how much the best language leads; 0 says nothing
    truncated: bool = False  # the message was longer than we read

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words in order."""
        return tuple(word for sentence in self.sentences for word in sentence)


def _some(word: str) -> tuple[str, ...]:
    return (word,) if word else ()


class _Budget:
    """How much work one message may cause: what is looked up once is remembered, and the look-ups are counted.

    Ordinary messages never come near the limit. Past it a word stays as it was typed; its stem and its letters still count.
    """

    def __init__(self, lookups: int) -> None:
        self.left = lookups
        self.known: dict[object, tuple[str, ...]] = {}

    def once(self, find: Callable[..., tuple[str, ...]], *args: str | bool) -> tuple[str, ...]:
        """`find(*args)`, called at most once a message for the same arguments; () where there is no budget left."""
        key = (find, args)
        found = self.known.get(key)
        if found is None:
            if self.left <= 0:
                return ()
            self.left -= 1
            found = self.known[key] = find(*args)
        return found


class Lexicon:
    """The words we know, and how to bring a message to them."""

    def __init__(
        self,
        tables: texts.Tables,
        common: Mapping[str, Sequence[str]],
        spellings: Mapping[str, Mapping[str, str]],
        counts: Mapping[str, int] | None = None,
        pairs: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.tables = tables
        self.langs = tuple(common)
        self.rank = {lang: {word: n for n, word in enumerate(words, 1)} for lang, words in common.items()}
        self.common = frozenset(word for words in common.values() for word in words[:SURELY_A_WORD])
        self.pieces = frozenset(word for words in common.values() for word in words[:COMMON_PIECE] if len(word) > 1)
        self.spellings = {
            lang: {variant: tuple(full.split()) for variant, full in table.items()} for lang, table in spellings.items()
        }
        self._stemmers = {lang: Stemmer.Stemmer(STEMMERS[lang], 0) for lang in self.langs}
        self._stems: dict[str, str] = {}
        self._weights = self._language_weights()
        self.learn(counts or {}, pairs)

    def learn(
        self,
        counts: Mapping[str, int],
        pairs: Iterable[tuple[str, str]],
        languages: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        """Take in the words of the phrase banks: how often each stands there, and in each language, and which stand side by side."""
        self._counts_of = dict(languages or {})
        self._totals = {lang: sum(of.values()) + 1 for lang, of in self._counts_of.items()}
        self.counts = dict(counts)
        self.pairs = frozenset(pairs)
        self._stems = {}
        self._stems = {word: self.stem(word) for word in self.counts}
        self.by_length: dict[int, list[str]] = defaultdict(list)
        self.by_first: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.by_second: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self.counts):
            if len(word) >= 3 and word.isalpha():
                self.by_length[len(word)].append(word)
                self.by_first[word[0], len(word)].append(word)
                self.by_second[word[1], len(word)].append(word)

    # --- language ------------------------------------------------------------------------

    def _language_weights(self) -> dict[str, dict[str, float]]:
        weights: dict[str, dict[str, float]] = {}
        for lang, rank in self.rank.items():
            table = {word: math.log(40000 / n) for word, n in rank.items()}
            for variant in self.spellings.get(lang, {}):
                table.setdefault(variant, 6.0)
            weights[lang] = table
        return weights

    def language(self, tokens: Sequence[str], hint: str | None = None) -> tuple[str, float]:
        """The language of the words and its lead over the next; the hint, where the words don't say otherwise.

        One or two words never overrule the hint unless one of them stands in the other language alone.
        """
        evidence = [self._evidence(token) for token in tokens]
        score = {lang: sum(each.get(lang, 0.0) for each in evidence) for lang in self.langs}
        ranked = sorted(self.langs, key=lambda lang: -score[lang])
        best = ranked[0]
        lead = score[best] - (score[ranked[1]] if len(ranked) > 1 else 0.0)
        if hint not in self.langs or best == hint:
            return best, lead
        against = score[best] - score[hint]
        alone = any(each.get(best, 0.0) - each.get(hint, 0.0) >= ALONE for each in evidence)
        sure = against >= (ALONE if len(tokens) <= FEW_WORDS else OVERRULES_HINT) and alone
        return (best, lead) if sure else (hint, lead)

    def _evidence(self, token: str) -> dict[str, float]:
        """How much a word speaks for each language: logarithms, the least of them 0."""
        if "ñ" in token and "es" in self.langs:
            return {"es": ALONE}
        counts = {lang: self._counts_of[lang].get(token, 0) for lang in self.langs if lang in self._counts_of}
        if sum(counts.values()) >= TELLING_COUNT:
            shares = {lang: math.log((n + 0.5) / self._totals[lang]) for lang, n in counts.items()}
        else:
            shares = {lang: self._weights[lang].get(token, 0.0) / 2 for lang in self.langs}
        least = min(shares.values())
        return {lang: min(share - least, MOST_EVIDENCE) for lang, share in shares.items()}

    def is_unknown_language(self, reading: Reading) -> bool:
        """Whether fewer than half of a message's words are known in any language of ours."""
        words = [word for word in reading.words if word.isalpha() and len(word) > 1]
        if len(words) < FEWEST_WORDS:
            return False
        return sum(self.is_word(word) for word in words) < len(words) / 2

    # --- reading -------------------------------------------------------------------------

    def read(self, text: str, hint: str | None = None) -> Reading:
        """The message in plain words."""
        truncated = len(text) > texts.MAX_CHARS
        folded = texts.fold(text[: texts.MAX_CHARS], self.tables)
        raw = [part for sentence in texts.sentences(folded) for part in _parted(texts.tokens(sentence))]
        marked = "es" if ("¿" in text or "¡" in text) and "es" in self.langs else hint
        lang, lead = self.language([token for sentence in raw for token in sentence], marked)
        # The end first: of a message too long to be mended whole, the newest words and the first are the ones that count.
        last = len(raw) - 1
        ends = _Budget(MAX_LOOKUPS // 2)
        starts = _Budget(MAX_LOOKUPS // 2) if last > 0 else ends
        sentences: list[list[str]] = [[] for _ in raw]
        half = last // 2
        for n in (*range(last, half, -1), *range(half + 1)):
            budget = ends if n > half else starts
            spelled = self._spelled(raw[n], lang, budget)
            sentences[n] = self._mended(spelled, lang, budget, may_be_cut=n == last)
        return Reading(tuple(tuple(words) for words in sentences if words), lang, lead, truncated)

    def wording(self, text: str, lang: str) -> tuple[str, ...]:
        """An editor's wording of that language in plain words, nothing mended."""
        return tuple(self._joined(self.spelled(texts.tokens(texts.fold(text, self.tables)), lang)))

    def spelled(self, tokens: list[str], lang: str) -> list[str]:
        """The tokens with shortenings spelled out and disguises undone, nothing mended."""
        return self._spelled(tokens, lang, _Budget(MAX_LOOKUPS))

    def stem(self, word: str) -> str:
        """The word without its ending, in the language where it is the more common."""
        if not word.isalpha():
            return word
        known = self._stems.get(word)
        if known is not None:
            return known
        ranks = [(rank.get(word, 99999), lang) for lang, rank in self.rank.items()]
        return str(self._stemmers[min(ranks)[1]].stemWord(word))

    def is_word(self, token: str) -> bool:
        """Whether we know it as it stands."""
        return token in self.counts or token in self.common

    def _shortening(self, token: str, lang: str) -> tuple[str, ...] | None:
        own = self.spellings.get(lang, {}).get(token)
        if own is not None:
            return own
        if token in self.rank.get(lang, {}):
            return None
        for other in self.langs:
            if other != lang and token in self.spellings.get(other, {}) and not self.is_word(token):
                return self.spellings[other][token]
        return None

    def _spelled(self, tokens: list[str], lang: str, budget: _Budget) -> list[str]:
        out: list[str] = []
        for token in tokens:
            if token[0] == ":" or token in _MARKS or token.isdigit():
                out.append(token)
                continue
            if token[0] == "\x01":
                out.extend(self._from_single_letters(token[1:], lang, budget))
                continue
            full = self._shortening(token, lang)
            if full is not None:
                out.extend(full)
            elif token.isalpha():
                out.append(token)
            else:
                out.extend(self._undisguised(token, lang, budget))
        return out

    def _from_single_letters(self, letters: str, lang: str, budget: _Budget) -> tuple[str, ...]:
        """ "k m s" and "h u r t i n g": one word, or several run together; else it really was single letters."""
        full = self._shortening(letters, lang)
        if full:
            return full
        if self.is_word(letters):
            return (letters,)
        return budget.once(self._split, letters) or (letters,)

    def _undisguised(self, token: str, lang: str, budget: _Budget) -> tuple[str, ...]:
        """A token with signs or digits in it: stars, leet, a name with a number, an ordinal."""
        token = token.lstrip("@#+!|")
        if not token:
            return ()
        if "*" in token or "#" in token:
            starred, bare = token.replace("#", "*"), token.replace("*", "")
            return budget.once(self._starred, starred) or ((bare,) if bare.isalpha() else ())
        if token[0].isdigit() and token.rstrip("abcdefghijklmnopqrstuvwxyzñ").isdigit():
            digits = token.rstrip("abcdefghijklmnopqrstuvwxyzñ")
            rest = token[len(digits) :]
            if rest in _ENDINGS:
                return (texts.number_token(digits), f"${rest}")
        if line := _HELP_LINE.fullmatch(token):  # "call911", "911please"
            parts = [part for part in line.groups() if part]
            return tuple(word for part in parts for word in ((part,) if part.isdigit() else self._known(part, lang)))
        candidates = [word for word in texts.unleet(token) if word.isalpha()]
        for word in candidates:
            full = self._shortening(word, lang)
            if full:
                return full
            if self.is_word(word):
                return (word,)
        for word in candidates:
            near = budget.once(self._nearest_leet, word)
            if near:
                return near
        letters = "".join(char for char in token if char.isalpha())
        return (letters,) if letters else ()

    def _known(self, word: str, lang: str) -> tuple[str, ...]:
        return self._shortening(word, lang) or (word,)

    def _starred(self, token: str) -> tuple[str, ...]:
        """The word that stars hide: "s**cide", "k*ll"; each star is one letter, or a run of them any number. () if none."""
        if len(token) > MAX_MENDED_LETTERS or len(token) - token.count("*") < (1 if token[0] != "*" else 2):
            return ()  # a last letter alone could be any word
        best, best_count = "", 0
        lengths = {len(token)} if "**" not in token else {len(token) - 1, len(token), len(token) + 1, len(token) + 2}
        head, tail = token[: token.index("*")], token[token.rindex("*") + 1 :]
        for length in lengths:
            pool = (
                self.by_first[head[0], length]
                if head and (head[0], length) in self.by_first
                else self.by_length.get(length, ())
            )
            for word in pool:
                if (
                    word.startswith(head)
                    and word.endswith(tail)
                    and self._agrees(token, word)
                    and self.counts[word] > best_count
                ):
                    best, best_count = word, self.counts[word]
        return _some(best)

    @staticmethod
    def _agrees(token: str, word: str) -> bool:
        if len(token) != len(word):
            return True  # a run of stars of unknown length: head and tail agree, that is all one can ask
        return all(a in ("*", b) for a, b in zip(token, word, strict=True))

    # --- mending -------------------------------------------------------------------------

    def _mended(self, tokens: list[str], lang: str, budget: _Budget, *, may_be_cut: bool) -> list[str]:
        out: list[str] = []
        for n, token in enumerate(tokens):
            if not token.isalpha() or self.is_word(token):
                out.append(token)
                continue
            after = tokens[n + 1] if n + 1 < len(tokens) else ""
            before = out[-1] if out else ""
            at_end = may_be_cut and not after
            mended = budget.once(self._mend, token, before, after, lang, at_end)
            out.extend(mended or (token,))
        return self._joined(out)

    def _mend(self, token: str, before: str, after: str, lang: str, at_end: bool) -> tuple[str, ...]:
        for shorter in texts.squeeze(token):
            full = self._shortening(shorter, lang)
            if full:
                return full
            if self.is_word(shorter):
                return (shorter,)
        token = texts.squeeze(token)[0]
        if len(token) < 3:
            return (token,)
        if at_end and (whole := self._completed(token, before)):
            return (whole,)
        near = self._nearest(token, before, after)
        if near and OSA.distance(token, near) <= 1 and (len(token) >= 4 or len(near) > len(token)):
            return (near,)
        if parts := self._split(token):
            return parts
        return (near,) if near else (token,)

    def _nearest(self, token: str, before: str, after: str, least: float = LEAST_LIKE) -> str:
        """The word of the banks that was most likely meant; "" if none is like enough."""
        size = len(token)
        if not 1 < size <= MAX_MENDED_LETTERS:
            return ""
        if size == 3:
            least = max(least, 0.66)
        first, second = token[0], token[1]
        # No word whose length alone makes it too unlike is looked at.
        lengths = [n for n in range(max(3, size - 2), size + 3) if 1 - abs(n - size) / max(n, size) >= least]
        pool = [w for length in lengths for w in self.by_first.get((first, length), ())]
        if first != second:  # the first letter is another one; or there is one too many in front, or two are swapped
            pool += self.by_second.get((second, size), ())
            pool += [w for length in (size - 1, size) if length > 2 for w in self.by_first.get((second, length), ())]
        pool += self.by_second.get((first, size + 1), ())  # the first letter was left out
        found = process.extract(token, pool, scorer=OSA.normalized_similarity, score_cutoff=least, limit=10)
        best, best_score = "", 0.0
        for word, likeness, _ in found:
            score = likeness + 0.03 * math.log(self.counts[word])
            score += 0.06 * ((before, word) in self.pairs or (word, after) in self.pairs)
            score += 0.05 * (word[0] == token[0])
            if score > best_score:
                best, best_score = word, score
        return best

    def _nearest_leet(self, word: str) -> tuple[str, ...]:
        return _some(self._nearest(word, "", "", least=LEAST_LIKE_LEET))

    def _completed(self, token: str, before: str) -> str:
        """The end of a message that was cut off: "ill kil mys"."""
        if len(token) < 3:
            return ""
        best, best_score = "", 0.0
        for length in range(len(token) + 1, len(token) + 6):
            for word in self.by_first.get((token[0], length), ()):
                if word.startswith(token):
                    score = self.counts[word] * (20 if (before, word) in self.pairs else 1)
                    if score > best_score:
                        best, best_score = word, float(score)
        return best if best_score >= 20 else ""

    def _split(self, token: str) -> tuple[str, ...]:
        """The words that were run together: "killmyself"; () if it can't be parted into known words."""
        size = len(token)
        if size < 5 or size > 40:
            return ()
        best: list[tuple[float, tuple[str, ...]] | None] = [None] * (size + 1)
        best[0] = (0.0, ())
        for end in range(1, size + 1):
            for start in range(max(0, end - 14), end):
                head = best[start]
                if head is None:
                    continue
                piece = token[start:end]
                cost = self._piece_cost(piece)
                if cost is None:
                    continue
                total = head[0] + cost
                current = best[end]
                if current is None or total < current[0]:
                    best[end] = (total, (*head[1], piece))
        whole = best[size]
        if whole is None or len(whole[1]) < 2 or len(whole[1]) > 8:
            return ()
        if size / len(whole[1]) < 2.3:
            return ()
        return whole[1]

    def _piece_cost(self, piece: str) -> float | None:
        if len(piece) == 1:
            return 9.0 if piece in ("i", "a", "y", "u") else None
        count = self.counts.get(piece, 0)
        if count >= (8 if len(piece) == 2 else 2) or (piece in self.pieces and len(piece) > 2):
            return 10.0 - math.log(1 + count) / 2
        return None

    def _joined(self, words: list[str]) -> list[str]:
        """Words that were torn apart ("my self", "some one"), where only the whole is known to the banks."""
        out: list[str] = []
        for word in words:
            if out and self._belongs_together(out[-1], word):
                out[-1] += word
            else:
                out.append(word)
        return out

    def _belongs_together(self, left: str, right: str) -> bool:
        if not left or not (left.isalpha() and right.isalpha()) or len(left) < 2 or len(right) < 2:
            return False
        whole = self.counts.get(left + right, 0)
        if whole < 3 or (left, right) in self.pairs:
            return False
        return not (self.is_word(left) and self.is_word(right)) or whole >= 15


def _parted(tokens: list[str]) -> list[list[str]]:
    """The tokens of a sentence in pieces of about the same length, none longer than MAX_SENTENCE."""
    pieces = math.ceil(len(tokens) / MAX_SENTENCE)
    if pieces < 2:
        return [tokens]
    size = math.ceil(len(tokens) / pieces)
    return [tokens[n : n + size] for n in range(0, len(tokens), size)]
