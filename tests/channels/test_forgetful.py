"""ForgetfulDict: values go in time, above the bound, and their keys can't be read."""

from typing import Any

import pytest

from bot.channels.forgetful import ForgetfulDict


class Ticks:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def test_a_value_is_found_until_its_time_is_over(ticks: Ticks) -> None:
    held = ForgetfulDict[str](60, 10, ticks)
    held.put("a", "one")
    held.put(b"b", "two", seconds=600)
    ticks.now = 59.9
    assert (held.get("a"), held.get("b")) == ("one", "two")
    ticks.now = 60
    assert (held.get("a"), held.pop("a"), held.get("b")) == (None, None, "two")
    assert held.values() == ["two"]


def test_putting_a_value_again_gives_it_its_time_again(ticks: Ticks) -> None:
    held = ForgetfulDict[str](60, 10, ticks)
    held.put("a", "one")
    ticks.now = 50
    held.put("a", "two")
    ticks.now = 100
    assert held.get("a") == "two"
    assert len(held) == 1


def test_what_is_over_is_dropped_by_expire_only(ticks: Ticks) -> None:
    held = ForgetfulDict[str](60, 10, ticks)
    held.put("a", "one", seconds=600)
    held.put("b", "two")
    ticks.now = 60
    assert len(held) == 2
    held.expire()
    assert (len(held), held.values(), held.evicted) == (1, ["one"], 0)


def test_above_the_bound_the_least_recently_put_goes_and_is_handed_back(ticks: Ticks) -> None:
    held = ForgetfulDict[str](60, 2, ticks)
    assert held.put("a", "one") == []
    held.put("b", "two")
    held.put("a", "one again")
    assert held.put("c", "three") == ["two"]
    assert (held.values(), held.evicted) == (["one again", "three"], 1)


def test_a_value_whose_time_was_over_anyway_does_not_count_as_evicted(ticks: Ticks) -> None:
    held = ForgetfulDict[str](60, 1, ticks)
    held.put("a", "one")
    ticks.now = 61
    assert held.put("b", "two") == []
    assert (len(held), held.evicted) == (1, 0)


def test_size_says_for_how_many_a_value_counts(ticks: Ticks) -> None:
    held = ForgetfulDict[list[int]](60, 5, ticks, size=len)
    held.put("a", [1, 2, 3])
    held.put("b", [4, 5])
    assert len(held) == 5
    assert held.put("c", [6]) == [[1, 2, 3]]
    assert len(held) == 3


def test_values_can_be_changed_in_place_without_more_time(ticks: Ticks) -> None:
    held = ForgetfulDict[list[int]](60, 10, ticks, size=len)
    held.put("a", [1, 2, 3])
    held.put("b", [4])
    ticks.now = 30
    held.map_values(lambda value: [number for number in value if number < 3] or None)
    assert (held.values(), len(held)) == ([[1, 2]], 2)
    ticks.now = 60
    assert held.get("a") is None


@pytest.mark.parametrize("key", ["918273645", b"918273645"])
def test_keys_cannot_be_read_from_what_is_held(key: Any, ticks: Ticks) -> None:
    held = ForgetfulDict[str](60, 10, ticks)
    held.put(key, "one")
    assert "918273645" not in repr(vars(held))
    other = ForgetfulDict[str](60, 10, ticks)
    other.put(key, "one")
    assert not set(held._entries) & set(other._entries)
