"""What a chat has chosen: found, forgotten, bounded, unreadable."""

from fakes.clock import FakeClock

from bot.channels.telegram.chat_memory import DAY_SECONDS, ChatMemory


async def test_memory_cannot_be_read_and_ends(clock: FakeClock) -> None:
    memory = ChatMemory(max_items=3, clock=clock.monotonic)
    memory.put("lang", 918273645, "es")
    assert memory.get("lang", 918273645) == "es"
    assert "918273645" not in repr(vars(memory)) + repr(vars(memory._values))
    await clock.advance(DAY_SECONDS + 1)
    assert memory.get("lang", 918273645) is None
    memory.expire()
    assert len(memory) == 0
    for chat in range(10):
        memory.put("lang", chat, "en")
    assert len(memory) == 3


async def test_something_happens_for_the_first_time_once_in_so_many_seconds(clock: FakeClock) -> None:
    memory = ChatMemory(clock=clock.monotonic)
    assert [memory.first_time("album", "9", 60), memory.first_time("album", "9", 60)] == [True, False]
    assert memory.first_time("album", "8", 60)
    await clock.advance(60)
    assert memory.first_time("album", "9", 60)


async def test_a_chat_is_forgotten_whole_or_in_part(clock: FakeClock) -> None:
    memory = ChatMemory(clock=clock.monotonic)
    for chat in (1, 2):
        memory.put("lang", chat, "es")
        memory.put("school", chat, "example")
    memory.forget(1, "school")
    assert (memory.get("lang", 1), memory.get("school", 1)) == ("es", None)
    memory.forget(1)
    assert (memory.get("lang", 1), memory.get("lang", 2), len(memory)) == (None, "es", 2)
