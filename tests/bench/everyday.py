"""Messages about nothing of ours: how many raise an alert, and how many are answered on a topic of ours.

make bench-everyday FILE=messages.jsonl        (JSON lines with "text"; "source", if there is one, is told apart)
"""

import argparse
import os
from collections import defaultdict
from pathlib import Path

from bot import evaluate
from bot.content import load
from bot.engine import Engine
from bot.nlu import store

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print the shares with their 95 % intervals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--misses", action="store_true", help="list the messages that raised an alert or were answered")
    args = parser.parse_args()
    content = load.load(ROOT)
    engine = Engine(
        content, store.load_or_train(content, Path(os.environ.get("PORCHLIGHT_CACHE", ROOT / ".porchlight")))
    )
    rows = evaluate.read_texts(args.file)
    scored = evaluate.run(engine, rows)
    groups: dict[str, list[evaluate.Scored]] = defaultdict(list)
    for each in scored:
        groups["all"].append(each)
        groups[str(each.row.get("source", "all"))].append(each) if "source" in each.row else None
    small_talk = content.menu.small_talk
    print(f"{args.file}: {len(rows)} messages")
    for name, group in groups.items():
        for measure, counts in evaluate.everyday(group, small_talk).items():
            print(f"{name:12}{measure:18}{evaluate.share(*counts):>32}")
    if args.misses:
        for each in scored:
            if each.out["tier"] == "alert" or (each.out["tier"] == "answer" and each.out["topic"] not in small_talk):
                print(f"{each.out['tier']} {'+'.join(each.out['safety'])} {each.out['topic']}: {each.row['text']}")


if __name__ == "__main__":
    main()
