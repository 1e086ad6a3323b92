"""Talk to it in the terminal: for counsellors and developers."""

import sys
from collections.abc import Iterator
from typing import TextIO

from bot.channels import text as render
from bot.dialogue import Button, Incoming
from bot.engine import Engine


def talk(engine: Engine, source: TextIO | None = None, target: TextIO | None = None) -> int:
    """A conversation until end of input: a line is a message, a number presses that button."""
    source, target = source or sys.stdin, target or sys.stdout
    lang: str | None = None
    buttons: tuple[Button, ...] = ()
    print("Write a message and press Enter. A number presses a button. Ctrl-D ends. Nothing is kept.", file=target)
    for line in _lines(source, target):
        said = line.strip()
        if not said:
            continue
        if said.isdigit() and 0 < int(said) <= len(buttons):
            pressed = buttons[int(said) - 1]
            incoming = Incoming(
                lang=lang, topic=pressed.topic or None, action=pressed.action, audience=pressed.audience
            )
        else:
            incoming = Incoming(text=said, lang=lang)
        reply = engine.reply(incoming)
        lang, buttons = reply.classification.lang, reply.buttons
        print(f"\n{render.whole(reply)}\n", file=target)
        print("\n".join(f"  {n}. {button.label}" for n, button in enumerate(buttons, 1)) + "\n", file=target)
    return 0


def _lines(source: TextIO, target: TextIO) -> Iterator[str]:
    while True:
        print("> ", end="", file=target, flush=True)
        line = source.readline()
        if not line:
            print(file=target)
            return
        yield line
