"""Every check at once. The mistakes that it finds are in tests/broken/."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.content.check import Report, check
from bot.content.checks.duplicates import comparable
from bot.content.checks.phone_numbers import links
from bot.content.checks.references import BY_LANGUAGE, FROM_RESOURCE, FROM_WORDS
from bot.content.checks.style import measured
from bot.content.load import load, read_raw
from bot.content.yaml_reader import Problem
from bot.schema import Resource, ResourceWords

BASE = Path(__file__).parents[1] / "broken" / "_base"
TODAY = date(2026, 11, 22)
OLDEST = date(2026, 10, 1)


def test_a_report_prints_problems_then_warnings_then_the_sum() -> None:
    report = Report((Problem("a.yaml", 2, "is wrong"),), (Problem("b.yaml", 1, "looks odd"),), "1 problem in 1 file.")
    assert str(report) == "a.yaml:2: is wrong\nb.yaml:1: looks odd\n1 problem in 1 file."


def test_a_check_holds_for_a_year_to_the_day() -> None:
    assert check(BASE, OLDEST + timedelta(days=365)).problems == ()
    late = check(BASE, OLDEST + timedelta(days=366))
    assert [str(problem) for problem in late.problems] == [
        "content/resources.yaml:22: this is past its review date: 2026-10-01; "
        "compare it with its source again, then write today's date"
    ]


def test_strict_only_warns() -> None:
    report = check(BASE, TODAY, strict=True)
    assert (report.problems, report.warnings) == ((), ())


def test_messages_are_only_asked_for_where_the_folder_of_tests_is(tmp_path: Path) -> None:
    """An installed copy has none."""
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    assert check(root, TODAY).problems == ()
    (root / "tests/says").mkdir(parents=True)
    assert {problem.file for problem in check(root, TODAY).problems} == {
        f"tests/says/{lang}/{topic}.yaml" for lang in ("en", "es") for topic in read_raw(root).topics
    }


def test_a_translation_that_may_be_behind_does_not_make_the_check_fail(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    reply = root / "content/replies/en/tell_adult.yaml"
    reply.write_text(reply.read_text("utf-8").replace("2026-11-01", "2026-11-02"), "utf-8")
    report = check(root, TODAY)
    assert report.problems == ()
    assert [problem.file for problem in report.warnings] == ["content/replies/es/tell_adult.yaml"]
    assert report.summary.endswith(" 1 line to look at.")


def test_what_is_only_remarked_is_loaded_all_the_same(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    school = root / "content/schools/example.yaml"
    school.write_text(school.read_text("utf-8").replace("room 114", "room #114"), "utf-8")
    assert load(root).schools["example"].contact["en"] == "the counselor in room"
    assert [problem.line for problem in check(root, TODAY).problems] == [3]


def test_a_broken_folder_is_reported_not_raised(tmp_path: Path) -> None:
    report = check(tmp_path, TODAY)
    assert report.summary == "5 problems in 5 files. Nothing was loaded."


def test_files_alone_are_enough_for_the_content_of_a_third_language(tmp_path: Path) -> None:
    """More languages are a folder away: what they lack is told file by file."""
    root = tmp_path / "root"
    shutil.copytree(BASE, root)
    shutil.copytree(root / "content/replies/en", root / "content/replies/fr")
    report = check(root, TODAY)
    assert {problem.file for problem in report.problems} == {
        "content/safety/fr.yaml",
        "content/safety/fr/abuse.yaml",
        "content/safety/fr/danger.yaml",
        "content/safety/fr/self_harm.yaml",
        "content/safety/fr/suicide.yaml",
        "content/schools/example.yaml",
        "content/wording.yaml",
        "intents/fr/sextortion.yaml",
        "intents/fr/tell_adult.yaml",
        "intents/fr/what_is_csam.yaml",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Someone has my pics!", "someone has my pics"),
        ("don't tell", "dont tell"),
        ("¿cómo le digo?", "como le digo"),
        ("he said:  pay", "he said pay"),
    ],
)
def test_messages_that_are_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(("one", "other"), [("help 😭", "help"), ("...", "???"), ("no pay", "pay no")])
def test_messages_that_are_not_the_same(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


def test_names_do_not_count_against_the_writer() -> None:
    assert measured("CyberTipline, {cybertipline.call}, NCMEC and IC3 help.") == "help, help, help and help help."
    assert measured("Use Take It Down, then I can help.", ("Take It Down",)) == "Use help, then I can help."
    assert measured("You can call the National Center for Victims, or I do.") == (
        "You can call the help for help, or I do."
    )


def test_every_link_of_the_content_is_known() -> None:
    assert sorted({address for _, _, address in links(read_raw(BASE))}) == [
        "https://988lifeline.org/get-help/",
        "https://report.cybertip.org/",
        "https://report.cybertip.org/faqs",
        "https://takeitdown.ncmec.org/",
        "https://www.911.gov/calling-911/",
    ]


def test_placeholders_name_fields_of_the_models() -> None:
    assert {*FROM_RESOURCE, *BY_LANGUAGE} <= set(Resource.model_fields)
    assert set(FROM_WORDS) <= set(ResourceWords.model_fields)
