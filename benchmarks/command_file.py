"""Writes a realistic file of commands: months in which shops invite, creators answer, and links end.

Run with `python -m benchmarks.command_file --commands 1000000 --shops 10000 --accounts 100000 --seed 1 OUT`.
The facts of all shops and accounts come first, then as many commands as asked for. The pace is the
same whatever their number, so a smaller file is the beginning of a larger one of the same seed.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import NamedTuple

OPENED_AT = datetime(2024, 11, 11)  # noqa: DTZ001 (UTC, written with its Z by `_instant`)
COMMANDS_PER_DAY = 3_000
HOUR, DAY = 3_600, 86_400
MARKETS = ("GB", "US", "ID", "TH", "VN", "MY")

Written = str | None
FLAWS = ("minor", "abnormal", "no birth date", "registered elsewhere", "permission revoked")
"""What may be wrong with an account; about every twentieth has one of them."""


class Link:
    """What the simulation knows of a link, from its invitation on."""

    __slots__ = ("account", "linked", "marketing", "shop")

    def __init__(self, shop: int, account: int, *, marketing: bool) -> None:
        """An invitation."""
        self.shop, self.account, self.marketing = shop, account, marketing
        self.linked = False


class FollowUp(NamedTuple):
    """What someone does about a link at a second; `number` breaks ties."""

    second: int
    number: int
    act: Callable[[Link], Written]
    link: Link


class Simulation:
    """People who mostly send commands that are possible. It remembers just enough for that, but not the rules."""

    def __init__(self, shops: int, accounts: int, seed: int) -> None:
        """An empty world."""
        self.random = Random(seed)
        self.second = 0
        self.shops, self.accounts = shops, accounts
        self.marketing_slots = [self.random.choice((0, 4, 4)) for _ in range(shops)]
        self.taken = ([0] * shops, [0] * shops)
        self.linked_at: list[list[int]] = [[] for _ in range(shops)]
        self.unlinks = [0] * shops
        self.flaws = {
            account: self.random.choice(FLAWS) for account in range(accounts) if self.random.random() < 0.05
        }
        self.busy = bytearray(accounts)
        self.agenda: list[FollowUp] = []
        self.numbers = 0

    def records(self) -> Iterator[str]:
        """The facts of every shop and every account."""
        yield from map(self.put_shop, range(self.shops))
        yield from map(self.put_account, range(self.accounts))

    def commands(self, count: int) -> Iterator[str]:
        """A number of commands in the order of their instants: follow-ups when they are due, new actions in between."""
        now = 0.0
        for _ in range(count):
            now += self.random.expovariate(COMMANDS_PER_DAY / DAY)
            self.second = int(now)
            yield self._next_follow_up() or self._something_new()

    def _next_follow_up(self) -> Written:
        while self.agenda and self.agenda[0].second <= self.second:
            due = heappop(self.agenda)
            if (line := due.act(due.link)) is not None:
                return line
        return None

    def _later(self, seconds: float, act: Callable[[Link], Written], link: Link) -> None:
        self.numbers += 1
        heappush(self.agenda, FollowUp(self.second + int(seconds), self.numbers, act, link))

    def _after(self, mean: float) -> float:
        return self.random.expovariate(1 / mean)

    def _something_new(self) -> str:
        """Mostly an invitation, otherwise a nightly synchronisation of facts."""
        chance = self.random.random()
        if chance < 0.75:
            return self.invite()
        if chance < 0.95:
            return self.put_account(self.random.randrange(self.accounts))
        return self.put_shop(self.random.randrange(self.shops))

    def put_shop(self, shop: int) -> str:
        """The shop's facts; sometimes with another name."""
        enrolment = "invited" if self.marketing_slots[shop] else "open"
        fields = (
            f'"market":"{_market(shop)}","enrolment":"{enrolment}","name":"小店 {shop}·{self.second // DAY}"'
        )
        return f'{{"at":"{self._instant()}","command":"put_shop","shop_id":"S{shop}",{fields}}}\n'

    def put_account(self, account: int) -> str:
        """The account's facts, with its followers of that day."""
        market, flaw = _market(account), self.flaws.get(account)
        registered_in = _market(account + 1) if flaw == "registered elsewhere" else market
        born = (
            f"{1965 + account % 40 if flaw != 'minor' else 2008}-{1 + account % 12:02}-{1 + account % 28:02}"
        )
        birth_date = "null" if flaw == "no birth date" else f'"{born}"'
        status = "abnormal" if flaw == "abnormal" else "normal"
        permission = "revoked" if flaw == "permission revoked" else "granted"
        return (
            f'{{"at":"{self._instant()}","command":"put_account","account_id":"A{account}","region":"{market}",'
            f'"registered_in":"{registered_in}","birth_date":{birth_date},"status":"{status}",'
            f'"commerce_permission":"{permission}","followers":{self.random.randrange(100_000)},'
            f'"handle":"creator{account}"}}\n'
        )

    def invite(self) -> str:
        """A shop invites an account, mostly one that seems free, for a role with a free slot."""
        careless = self.random.random() < 0.15
        for _ in range(6):
            shop = self.random.randrange(self.shops)
            marketing = self.random.random() < 0.7
            if careless or self._has_room(shop, marketing=marketing):
                break
        else:
            return self.put_account(self.random.randrange(self.accounts))
        account = self._account_for(shop, careless=careless)
        network = _market(shop) if self.random.random() < 0.97 else "HK"
        link = Link(shop, account, marketing=marketing)
        if not careless and network != "HK" and self._is_free(account):
            self.taken[marketing][shop] += 1
            self._expect_answer(link)
        role = "marketing" if marketing else "official"
        return self._line("invite", link, f',"role":"{role}","network_region":"{network}"')

    def _has_room(self, shop: int, *, marketing: bool) -> bool:
        """R5, R6 and R25, as far as the shop knows."""
        if not marketing:
            return self.taken[0][shop] < 1
        recent = self.linked_at[shop][-10:]
        spent = len(recent) == 10 and recent[0] > self.second - 180 * DAY
        return not spent and self.taken[1][shop] < self.marketing_slots[shop]

    def _account_for(self, shop: int, *, careless: bool) -> int:
        """An account of the shop's market, rarely of another one."""
        for _ in range(6):
            account = self.random.randrange(self.accounts)
            if careless and self.random.random() < 0.2:
                break
            account = min(account - account % len(MARKETS) + shop % len(MARKETS), self.accounts - 1)
            if careless or self._is_free(account):
                break
        return account

    def _is_free(self, account: int) -> bool:
        """R8, R18 and R19, as far as the simulation knows."""
        return not self.busy[account] and self.flaws.get(account) not in FLAWS[:3]

    def _expect_answer(self, link: Link) -> None:
        """Most invitations are confirmed within hours; some are declined, withdrawn, or expire."""
        chance = self.random.random()
        if chance < 0.6:
            self._later(min(self._after(8 * HOUR), 47 * HOUR), self.accept, link)
        elif chance < 0.72:
            self._later(min(self._after(8 * HOUR), 47 * HOUR), self.decline, link)
        elif chance < 0.8:
            self._later(min(self._after(12 * HOUR), 47 * HOUR), self.withdraw, link)
        else:
            self._later(48 * HOUR, self._expire, link)

    def _expire(self, link: Link) -> None:
        self.taken[link.marketing][link.shop] -= 1

    def accept(self, link: Link) -> str:
        """The creator confirms; the result depends on whether a reason holds the link in review."""
        if self.random.random() < 0.02:
            self._later(HOUR, self.accept, link)
            return self._line("accept", link, ',"network_region":"HK"')
        if self.busy[link.account]:
            self._expire(link)
        elif self.flaws.get(link.account) in FLAWS[3:]:
            self.busy[link.account] = 1
            self._later(self._after(DAY), self.correct, link)
        else:
            self.busy[link.account] = 1
            self._established(link)
        return self._line("accept", link, f',"network_region":"{_market(link.account)}"')

    def _established(self, link: Link) -> None:
        if link.marketing:
            self.linked_at[link.shop].append(self.second)
        link.linked = True
        if self.random.random() < 0.02:
            self._later(self._after(20 * DAY), self.revoke, link)
        elif self.random.random() < 0.9:
            self._later(HOUR * 20 + self._after(25 * DAY), self.request_unlink, link)

    def correct(self, link: Link) -> str:
        """Support, or a new record of the platform, removes the reason that held the link in review."""
        if self.flaws[link.account] == "registered elsewhere" and _market(link.account + 1) == "US":
            return self.decline(link)
        flaw = self.flaws.pop(link.account, None)
        self._established(link)
        if flaw != "registered elsewhere":
            return self.put_account(link.account)
        return (
            f'{{"at":"{self._instant()}","command":"correct_account","account_id":"A{link.account}",'
            f'"registered_in":"{_market(link.account)}","note":"登记证明已核对"}}\n'
        )

    def decline(self, link: Link) -> str:
        """The creator declines an invitation or a link in review."""
        self._end(link)
        return self._line("decline", link)

    def withdraw(self, link: Link) -> str:
        """The shop withdraws its invitation."""
        self._end(link)
        return self._line("withdraw", link)

    def revoke(self, link: Link) -> str:
        """The platform revokes the link."""
        self._end(link)
        return self._line("revoke", link, ',"note":"违规"')

    def _end(self, link: Link) -> None:
        self.taken[link.marketing][link.shop] -= 1
        if link.linked:
            self.busy[link.account] = 0

    def request_unlink(self, link: Link) -> Written:
        """The creator requests an unlink; rarely if the shop has used up its official unlinks."""
        if not link.marketing and self.unlinks[link.shop] >= 3 and self.random.random() < 0.8:
            return None
        chance = self.random.random()
        if chance < 0.75:
            self._later(self._after(DAY), self.approve_unlink, link)
        elif chance < 0.95:
            self._later(self._after(DAY), self.close_request, link)
        return self._line("request_unlink", link, f',"network_region":"{_market(link.account)}"')

    def approve_unlink(self, link: Link) -> str:
        """The shop approves; sometimes by unlinking, which means the same while a request is open."""
        self._end(link)
        if not link.marketing:
            self.unlinks[link.shop] += 1
        return self._line("approve_unlink" if self.random.random() < 0.8 else "unlink", link)

    def close_request(self, link: Link) -> str:
        """The request is refused or withdrawn; it may be made again."""
        self._later(DAY + self._after(25 * DAY), self.request_unlink, link)
        return self._line("refuse_unlink" if self.random.random() < 0.5 else "withdraw_unlink_request", link)

    def _line(self, command: str, link: Link, more: str = "") -> str:
        pair = f'"shop_id":"S{link.shop}","account_id":"A{link.account}"'
        return f'{{"at":"{self._instant()}","command":"{command}",{pair}{more}}}\n'

    def _instant(self) -> str:
        return f"{(OPENED_AT + timedelta(seconds=self.second)).isoformat()}Z"


def _market(number: int) -> str:
    """The market of a shop, or of an account, by its number."""
    return MARKETS[number % len(MARKETS)]


def write(path: Path, commands: int, shops: int, accounts: int, seed: int) -> None:
    """Write the records of shops and accounts, then the commands."""
    simulation = Simulation(shops, accounts, seed)
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.writelines(simulation.records())
        file.writelines(simulation.commands(commands))


def main() -> None:
    """Write the file that the arguments describe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=1_000_000)
    parser.add_argument("--shops", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    write(arguments.out, arguments.commands, arguments.shops, arguments.accounts, arguments.seed)


if __name__ == "__main__":
    main()
