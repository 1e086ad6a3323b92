"""docs/telegram-transcript.md shows what the bot really says."""

import pytest
from bench.telegram_transcript import FILE, conversation, written

from bot.engine import Engine


@pytest.mark.slow
@pytest.mark.asyncio
async def test_the_transcript_is_what_the_bot_really_says(engine: Engine) -> None:
    page = FILE.read_text("utf-8")
    talk = await conversation(engine)
    assert written(page, talk) == page, "The words have changed; run `make transcript`."
    opening = talk.index("Call 911 if you")
    assert talk.index("i cant do this anymore") < opening < talk.index("removes")
