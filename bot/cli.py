"""The command line: wires everything, says what it does in plain sentences, and exits."""

import argparse
import asyncio
import codecs
import errno
import functools
import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from bot import __version__, console, evaluate, process
from bot import settings as settings_module
from bot.channels import terminal
from bot.channels import text as render
from bot.console import say
from bot.content import check, load
from bot.content.yaml_reader import ContentError
from bot.dialogue import Incoming
from bot.engine import Engine
from bot.nlu import explain, store
from bot.nlu.classify import MessageClassifier
from bot.settings import Settings, SettingsError
from bot.training_progress import TrainingProgress

Command = Callable[[argparse.Namespace, Settings], int]


class CommandError(Exception):
    """Something the person at the keyboard can mend; its message is the whole story."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 where a check failed, or 2 where it couldn't start."""
    console.prepare()
    args = _parser().parse_args(argv)
    try:
        settings = settings_module.read(os.environ, Path(".env"))
        command: Command = args.run
        return command(args, settings)
    except (CommandError, SettingsError, store.ModelUnavailable, ContentError) as problem:
        say(problem, sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _printing(command: Command) -> Command:
    """A command that is there for what it prints: a reader who leaves early ends it, a full disk is an error."""

    @functools.wraps(command)
    def printing(args: argparse.Namespace, settings: Settings) -> int:
        try:
            code = command(args, settings)
            sys.stdout.flush()
        except BrokenPipeError:
            console.silence()
            return 0
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
                raise
            console.silence()
            raise CommandError(f"The output can't be written: {error.strerror}.") from None
        return code

    return printing


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="porchlight", description="A private chat line to the right help, in vetted words."
    )
    parser.add_argument("--version", action="version", version=f"porchlight {__version__}")
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(title="commands", metavar="")

    def add(name: str, run: Command, help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_)
        sub.set_defaults(run=run)
        return sub

    add("serve", _serve, "start every channel that is configured (the default)")
    add("chat", _chat, "talk to it in the terminal")
    ask = add("ask", _ask, "one reply")
    ask.add_argument("text")
    ask.add_argument("--why", action="store_true", help="show what was heard, and the nearest lines")
    ask.add_argument("--json", action="store_true", help="print the values instead of the words")
    add("classify", _classify, "JSON lines in, JSON lines out")
    scoring = add("score", _score, "measure labelled messages, and the part of the banks that is never trained on")
    scoring.add_argument("files", nargs="*", type=Path)
    scoring.add_argument("--misses", action="store_true", help="list what was heard wrong, with the labels")
    checking = add("check", _check, "validate all content")
    checking.add_argument("--strict", action="store_true", help="also report phrases that are nearly the same")
    checking.add_argument("--online", action="store_true", help="also open every link")
    add("learn", _learn, "train on changed phrases now, so that the next start is quick")
    return parser


def _engine(settings: Settings) -> Engine:
    root = settings.content or load.default_root()
    if not (root / "content").is_dir() or not (root / "intents").is_dir():
        raise CommandError(
            f"There are no intents/ and content/ folders in {root}; set PORCHLIGHT_CONTENT to the folder that holds both."
        )
    content = load.load(root)
    with TrainingProgress() as progress:
        classifier = store.load_or_train(content, _cache(settings), lambda line: say(line, sys.stderr), progress)
    return Engine(content, classifier)


def _cache(settings: Settings) -> Path | None:
    """Where trained models are stored; None if there is no such place, as for a user without a home."""
    if settings.cache:
        return settings.cache
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return home / "porchlight"


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    from bot import serve

    engine = _engine(settings)
    gc.collect()
    gc.freeze()  # what was loaded stays for good; going through it again would hold everybody up for 50 ms
    process.release_memory()
    return asyncio.run(serve.run(engine, settings))


@_printing
def _chat(_: argparse.Namespace, settings: Settings) -> int:
    return terminal.talk(_engine(settings))


@_printing
def _ask(args: argparse.Namespace, settings: Settings) -> int:
    engine = _engine(settings)
    reply = engine.reply(Incoming(text=args.text))
    if args.json:
        print(_json(render.classified(reply)))
    else:
        print(render.whole(reply))
        print("\n".join(f"[ {button.label} ]" for button in reply.buttons))
    if args.why and isinstance(engine.classifier, MessageClassifier):
        print("\n" + explain.why(engine.classifier, args.text))
    return 0


def _json(value: object) -> str:
    """One line of JSON; accents as they are, except where the output can't carry them: then escaped, so none is lost."""
    return json.dumps(value, ensure_ascii=codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8")


@_printing
def _classify(_: argparse.Namespace, settings: Settings) -> int:
    engine = _engine(settings)
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, lang = row["text"], row.get("lang")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CommandError(
                f'standard input, line {number}: not a JSON object with "text"; write {{"text": "..."}}'
            ) from None
        if not isinstance(text, str) or not isinstance(lang, str | None):
            raise CommandError(f'standard input, line {number}: "text" and "lang" must be in quotes.')
        print(_json(render.classified(engine.reply(Incoming(text=text, lang=lang)))), flush=True)
    return 0


@_printing
def _score(args: argparse.Namespace, settings: Settings) -> int:
    engine = _engine(settings)
    must = {topic: entry.must for topic, entry in engine.content.topics.items()}
    for path in args.files:
        try:
            rows = evaluate.read(path)
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from None
        scored = evaluate.run(engine, rows)
        print(f"{path}: {len(rows)} messages\n{evaluate.table(scored, must)}\n")
        if args.misses:
            _print_misses(scored)
    rows = evaluate.held_out_rows(engine.content, _finds_a_phrase(engine))
    for set_, what in (("bank", "the phrase banks"), ("stories", "stories"), ("shorts", "short messages")):
        of_set = [row for row in rows if row["set"] == set_]
        if of_set:
            print(f"held out of {what}: {len(of_set)} messages that the model was never trained on")
            print(evaluate.table(evaluate.run(engine, of_set), must) + "\n")
    everyday = evaluate.run(engine, [row for row in rows if row["set"] == "everyday"])
    print(f"held out of everyday talk: {len(everyday)} messages")
    for name, counts in evaluate.everyday(everyday, engine.content.menu.small_talk).items():
        print(f"{name:16}{evaluate.share(*counts):>32}")
    return 0


def _finds_a_phrase(engine: Engine) -> Callable[[str], bool]:
    classifier = engine.classifier
    assert isinstance(classifier, MessageClassifier)
    return lambda text: bool(classifier.explain(text)[1].phrases)


def _print_misses(scored: Sequence[evaluate.Scored]) -> None:
    for s in scored:
        missed = bool(s.row["safety"]) != (s.out["tier"] == "alert")
        wrong = not s.row["safety"] and s.out["topic"] not in s.row["topics"]
        if missed or wrong:
            wanted = "+".join(s.row["safety"]) or "-"
            print(
                f"{wanted} {'/'.join(s.row['topics'])} <- {s.out['tier']} {'+'.join(s.out['safety'])} {s.out['topic']} {s.out['alternatives']}: {s.row['text']}"
            )
    print()


def _check(args: argparse.Namespace, settings: Settings) -> int:
    root = settings.content or load.default_root()
    report = check.check(root, date.today(), strict=args.strict)
    problems = list(report.problems)
    if args.online:
        from bot.content.checks import links_online as online

        problems.extend(asyncio.run(online.check_links(root)))
    for problem in (*problems, *report.warnings):
        say(problem)
    say(report.summary)
    if not problems:
        say(_training_needed(root, settings))
    return 1 if problems else 0


def _training_needed(root: Path, settings: Settings) -> str:
    if store.is_trained(load.load(root), _cache(settings)):
        return "The trained model fits these phrases: nothing needs to be trained, whatever else was changed."
    return "The trained model doesn't fit these phrases: the next start trains first, or porchlight learn does it now."


def _learn(_: argparse.Namespace, settings: Settings) -> int:
    engine = _engine(settings)
    say(f"Ready: {len(engine.langs)} languages, {len(engine.content.topics)} topics.")
    return 0
