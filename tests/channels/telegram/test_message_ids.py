"""Ids of messages: found again, bounded, and gone after 48 hours whatever their order."""

from fakes.clock import FakeClock

from bot.channels.telegram.message_ids import DELETABLE_SECONDS, MessageIds


async def test_they_hold_no_chat_number_and_end_after_48_hours(clock: FakeClock) -> None:
    ids = MessageIds(max_ids=6, clock=clock.time)
    assert not ids.complete
    for message_id in (5, 7, 6, 7):
        ids.add(918273645, message_id)
    assert "918273645" not in repr(vars(ids)) + repr(vars(ids._chats))
    assert ids.newest(918273645) == 7
    assert ids.all_ids() == {5, 6, 7}
    await clock.advance(DELETABLE_SECONDS - 10)
    ids.add(918273645, 9)
    await clock.advance(20)
    assert ids.complete
    assert list(ids.pop(918273645)) == [9]
    assert len(ids) == 0


async def test_above_the_bound_the_chats_longest_silent_go_and_it_is_known(clock: FakeClock) -> None:
    ids = MessageIds(max_ids=6, clock=clock.time)
    await clock.advance(DELETABLE_SECONDS)
    assert ids.complete
    for chat in range(9):
        ids.add(chat, 100 + chat)
    assert ids.all_ids() == {103, 104, 105, 106, 107, 108}
    assert not ids.complete
    await clock.advance(DELETABLE_SECONDS + 1)
    ids.expire()
    assert len(ids) == 0


async def test_they_expire_in_time_whatever_the_order_they_came_in(clock: FakeClock) -> None:
    ids = MessageIds(clock=clock.time)
    ids.add(1, 9)
    ids.add(1, 5, clock.time() - DELETABLE_SECONDS + 60)
    await clock.advance(120)
    ids.expire()
    assert ids.all_ids() == {9}
    assert (list(ids.pop(1)), len(ids)) == ([9], 0)


async def test_they_are_given_newest_first_with_their_dates(clock: FakeClock) -> None:
    ids = MessageIds(clock=clock.time)
    ids.add(1, 5, clock.time() - 60)
    ids.add(1, 7)
    assert ids.pop(1) == {7: clock.time(), 5: clock.time() - 60}
    assert ids.newest(1) == 0
