"""Take over lists step by step: each difference that is answered becomes a command, until no command changes anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import commands as c
from shoplink.core.decisions import Refused
from shoplink.core.events import Event
from shoplink.core.facts import Actor
from shoplink.core.mirror.compare import (
    Difference,
    Reply,
    ShopList,
    command_of,
    differences,
    differences_of,
)
from shoplink.core.reasons import Reason
from shoplink.core.transition import step
from shoplink.core.world import World

Answers = Callable[[Difference], Reply | None]
"""The reply to a difference; None leaves it open."""


class Recording(Struct, frozen=True):
    """A difference that was recorded, and the command that did it."""

    difference: Difference
    command: c.PairCommand


class Question(Struct, frozen=True):
    """A difference that is still there; `reasons` say why its command was refused, if one was tried."""

    difference: Difference
    reasons: tuple[Reason, ...] = ()


def certain(difference: Difference) -> Reply | None:
    """Nothing to say where nothing is asked; everything else is left open."""
    return Reply() if difference.is_certain else None


def likeliest(difference: Difference) -> Reply | None:  # noqa: ARG001 (as of every answer)
    """The likeliest of everything; what has none is left open."""
    return Reply()


class Settling:
    """Lists that are taken over in a World. What one pass leaves, the next one may take."""

    def __init__(
        self, world: World, lists: Iterable[ShopList], by: Actor | None = None, source: str | None = None
    ) -> None:
        """`by` and `source` stand in the commands; their instant is the World's. `events` are all that follow, in order.

        A shop's member acts for each of the shops as that shop.
        """
        self._world, self._by, self._source = world, by, source
        self._lists = {listed.shop_id: listed for listed in lists}
        self._open = {listed.shop_id: list(differences(world, listed)) for listed in self._lists.values()}
        self._reasons: dict[tuple[str, str | None], tuple[Reason, ...]] = {}
        self.taken: list[Recording] = []
        self.events: list[Event] = []

    @property
    def open(self) -> list[Difference]:
        """The differences that there are now, shop by shop."""
        return [one for found in self._open.values() for one in found]

    def left(self) -> list[Question]:
        """The differences that there are now, with why a command about each was refused."""
        return [Question(one, self._reasons.get(_pair(one), ())) for one in self.open]

    def take(self, answers: Answers) -> list[tuple[c.PairCommand, tuple[Reason, ...]]]:
        """Record what is answered; returns the commands that are refused in the end, with their reasons.

        What ends comes first, so that an account that went from one shop to another is free for it.
        """
        refused: dict[tuple[str, str | None], tuple[c.PairCommand, tuple[Reason, ...]]] = {}
        while True:
            touched: dict[str, list[str]] = {}
            for difference, command in self._commands(answers):
                transition = step(self._world, command)
                self.events += (*transition.due, *transition.own)
                if isinstance(transition.decision, Refused):
                    refused[_pair(difference)] = command, transition.decision.reasons
                    continue
                refused.pop(_pair(difference), None)
                self.taken.append(Recording(difference, command))
                touched.setdefault(difference.shop_id, []).append(command.account_id)
            self._reasons |= {pair: reasons for pair, (_, reasons) in refused.items()}
            if not touched:
                return list(refused.values())
            for shop_id, account_ids in touched.items():
                self._compare_again(shop_id, set(account_ids))

    def _commands(self, answers: Answers) -> Iterator[tuple[Difference, c.PairCommand]]:
        ordered = sorted(self.open, key=lambda one: one.kind not in ("gone", "again"))
        for difference in ordered:
            reply = answers(difference)
            if reply is not None:
                by = self._acting_for(difference.shop_id)
                command = command_of(difference, reply, self._world.now, by, self._source)
                if command is not None:
                    yield difference, command

    def _acting_for(self, shop_id: str) -> Actor | None:
        by = self._by
        return replace(by, id=shop_id) if by is not None and by.kind == "shop" else by

    def _compare_again(self, shop_id: str, account_ids: set[str]) -> None:
        still = {
            one.account_id: one for one in differences_of(self._world, self._lists[shop_id], account_ids)
        }
        kept = []
        for one in self._open[shop_id]:
            if one.account_id in account_ids:
                self._reasons.pop(_pair(one), None)
                if one.account_id in still:
                    kept.append(still[one.account_id])
            else:
                kept.append(one)
        self._open[shop_id] = kept


def by_pair(replies: Mapping[tuple[str, str], Reply | None], other: Answers) -> Answers:
    """The replies to the differences of single pairs of shop and account (None: left out), and to all others."""

    def answers(difference: Difference) -> Reply | None:
        pair = (difference.shop_id, difference.account_id or "")
        return replies[pair] if pair in replies else other(difference)

    return answers


def _pair(difference: Difference) -> tuple[str, str | None]:
    return difference.shop_id, difference.account_id
