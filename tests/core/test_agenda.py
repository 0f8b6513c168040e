"""The agenda: what is due next, in which order, and in bounded memory."""

from random import Random
from sys import getsizeof

from shoplink.core.agenda import Agenda
from tests.core.link_scene import HOUR, NOON


def test_links_come_out_in_the_order_of_their_instants_and_then_as_they_were_recorded() -> None:
    agenda, chance = Agenda(), Random(7)
    due = {}
    for move in range(1_101):  # at the last move the heap is rebuilt
        number = move % 50
        due[f"link-{number}"] = NOON + chance.randrange(500) * HOUR, number
        agenda.put(f"link-{number}", number, due[f"link-{number}"][0])
    for link_id in list(due)[::7]:
        agenda.remove(link_id)
        del due[link_id]
    out = []
    while (at := agenda.next_at()) is not None:
        out += [(entry.due_at, entry.number) for entry in agenda.take(at)]
    assert out == sorted(due.values())
    assert [agenda.due_at(link_id) for link_id in due] == [None] * len(due)


def test_an_agenda_takes_no_more_memory_however_often_its_entries_are_moved() -> None:
    agenda = Agenda()
    for hour in range(10_000):
        agenda.put("link", 1, NOON + hour * HOUR)
    assert getsizeof(agenda._heap) < 50_000  # ten thousand entries are 80,000 bytes
    assert agenda.next_at() == NOON + 9_999 * HOUR
