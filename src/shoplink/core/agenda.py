"""The agenda: a priority queue of live links by due instant, whose entries can be moved and removed."""

from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple

_SPARE = 1_000


class DueLink(NamedTuple):
    """A live link and the instant it is due. `number` is the order in which links were recorded; it breaks ties."""

    due_at: datetime
    number: int
    link_id: str


class Agenda:
    """The next due instant of each live link.

    Moving an entry leaves its stale copy in the heap, where it is skipped later. When stale entries outnumber
    the others the heap is rebuilt, so memory grows with what is due and not with what has ever been due.
    """

    def __init__(self) -> None:
        """Start with nothing due."""
        self._due: dict[str, DueLink] = {}
        self._heap: list[DueLink] = []

    def put(self, link_id: str, number: int, due_at: datetime) -> None:
        """Make the link due at an instant, replacing its earlier due instant."""
        self.put_back(DueLink(due_at, number, link_id))

    def put_back(self, entry: DueLink) -> None:
        """Put back an entry that was taken out."""
        self._due[entry.link_id] = entry
        heappush(self._heap, entry)
        if len(self._heap) > 2 * len(self._due) + _SPARE:
            self._heap = list(self._due.values())
            heapify(self._heap)

    def remove(self, link_id: str) -> None:
        """Remove the link: it is due at no instant."""
        self._due.pop(link_id, None)

    def due_at(self, link_id: str) -> datetime | None:
        """The instant at which the link is due next; None if it is not due."""
        entry = self._due.get(link_id)
        return entry.due_at if entry else None

    def may_be_due(self, at: datetime) -> bool:
        """Whether something may be due by an instant. This is cheap; False is certain, True is not."""
        return bool(self._heap) and self._heap[0].due_at <= at

    def next_at(self) -> datetime | None:
        """The earliest due instant; None if nothing is due."""
        while self._heap and self._due.get(self._heap[0].link_id) is not self._heap[0]:
            heappop(self._heap)
        return self._heap[0].due_at if self._heap else None

    def pop(self) -> str:
        """Take out the earliest entry and return its link's id. Call `next_at` first; it must have found one."""
        link_id = heappop(self._heap).link_id
        del self._due[link_id]
        return link_id

    def take(self, at: datetime) -> list[DueLink]:
        """Take out and return every entry due at the instant, in order."""
        taken = []
        while self.next_at() == at:
            taken.append(self._heap[0])
            self.pop()
        return taken
