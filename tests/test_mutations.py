"""Plain safety phrases are alerts, and through every kind of noise their answers open with the numbers."""

import pytest
from bench.mutated import PLAIN, Outcome, heard, safety_phrases
from bench.mutations import MUTATIONS, can_mutate, mutate

from bot.engine import Engine
from bot.schema import Content

KINDS = sorted(MUTATIONS)


@pytest.fixture(scope="module")
def said(content: Content) -> list[tuple[str, str]]:
    found = safety_phrases(content)
    assert len(found) > 200
    return found


def missed(outcomes: list[Outcome]) -> list[str]:
    return [f"{each.lang}: {each.said} -> {each.sent}" for each in outcomes if not each.first]


def test_there_are_twelve_kinds_and_each_says_what_it_does() -> None:
    assert len(MUTATIONS) == 12
    assert all((mutation.__doc__ or "").strip() for mutation in MUTATIONS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_noise_changes_the_text_the_same_way_every_time(kind: str, said: list[tuple[str, str]]) -> None:
    touched = [(lang, text) for lang, text in said if can_mutate(kind, text)]
    once = [mutate(kind, text, lang) for lang, text in touched]
    assert once == [mutate(kind, text, lang) for lang, text in touched]
    assert all(noisy != text for noisy, (_, text) in zip(once, touched, strict=True))
    assert len(touched) > 0.8 * len(said)


def test_another_seed_is_another_noise() -> None:
    text = "i want to kill myself tonight"
    assert len({mutate("near_keys", text, "en", seed) for seed in range(10)}) > 3


def test_noise_without_anything_to_hold_on_to_says_so() -> None:
    assert not can_mutate("run_together", "suicide")
    assert not can_mutate("caps", "911")
    with pytest.raises(ValueError, match="nothing to change"):
        mutate("run_together", "suicide", "en")


def test_every_plain_phrase_is_an_alert(engine: Engine, said: list[tuple[str, str]]) -> None:
    outcomes = heard(engine, said, PLAIN)
    assert [each.said for each in outcomes if not each.alert] == []
    assert missed(outcomes) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_noisy_phrases_open_with_the_numbers(kind: str, engine: Engine, said: list[tuple[str, str]]) -> None:
    outcomes = heard(engine, said, kind)
    lost = missed(outcomes)
    assert len(lost) <= 0.02 * len(outcomes), lost
