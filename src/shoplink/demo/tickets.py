"""The tickets of the demo world, one in each state, created by the flows that people use, at instants of the past."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from shoplink.core import Actor, Command, CorrectAccount, Invite, PutAccount
from shoplink.core.facts import Role
from shoplink.core.ticket.commands import (
    AssignTicket,
    OpenTicket,
    ReplyToTicket,
    ResolveTicket,
    WithdrawTicket,
)
from shoplink.core.ticket.facts import Review
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute_as_of
from shoplink.flows.look import look_at_pair

Scene = tuple[datetime, Callable[[], object]]

_SUPPORT = Actor("support", "demo")
_WEI = Actor("support", "person_wei", "person_wei")
_BORN = datetime(1995, 5, 19).date()  # noqa: DTZ001 (a date)
_ABROAD = "sam.okoro"
_HOME, _TEA, _BEAUTY, _SNACKS = "hh-home-gb", "hh-tea-gb", "hh-beauty-gb", "hh-snacks-us"


def ticket_facts(now: datetime, platform: Actor) -> list[Command]:
    """The facts that the tickets need: an account that was abroad for a while, and one that stays abroad."""
    ruby = {"account_id": "ruby.singh", "handle": "rubyred", "birth_date": _BORN, "followers": 41_700}
    sam = {"account_id": _ABROAD, "handle": "samokoro", "birth_date": _BORN, "followers": 22_300}
    return [
        PutAccount(at=_ago(now, 125), by=platform, region="IE", registered_in="GB", **ruby),  # type: ignore[arg-type]
        CorrectAccount(
            at=_ago(now, 120), by=_SUPPORT, account_id="ruby.singh", note="居留许可已核验", region="GB"
        ),
        PutAccount(at=_ago(now, 60), by=platform, region="FR", **sam),  # type: ignore[arg-type]
        PutAccount(at=_ago(now, 40), by=platform, region="FR", registered_in="US", **sam),  # type: ignore[arg-type]
    ]


def execute_with_tickets(commands: Sequence[Command], now: datetime) -> None:
    """Execute the world's commands, and each step of a ticket at its instant between them."""
    rest = list(commands)
    for at, scene in sorted(_scenes(now), key=lambda each: each[0]):
        execute_as_of([command for command in rest if command.at <= at])
        rest = [command for command in rest if command.at > at]
        scene()
    execute_as_of(rest)


def _scenes(now: datetime) -> Iterator[Scene]:
    """Tickets that are cleared, beyond support, withdrawn, resolved and answered, and two that are waiting."""
    cleared = _RefusedInvitation(_ago(now, 122), _BEAUTY, "ruby.singh", "marketing")
    yield cleared.opens("她上个月搬回英国了，居留许可可以提供。", "居留许可")
    beyond = _RefusedInvitation(_ago(now, 45), _HOME, _ABROAD, "marketing")
    yield beyond.opens("The account moved to London in spring.")
    withdrawn = _RefusedInvitation(_ago(now, 44), _TEA, _ABROAD, "official")
    yield withdrawn.opens()
    yield _ago(now, 43), lambda: _do(WithdrawTicket(at=_ago(now, 43), by=withdrawn.seller, **withdrawn.named))
    resolved = _RefusedInvitation(_ago(now, 27), _HOME, "leo.hart", "marketing")
    yield resolved.opens("我们已和达人签约，为什么不能邀请？")
    text = "该账号已绑定另一家店铺，需要达人先在 App 里申请解绑；解绑后即可邀请。"
    yield (
        _ago(now, 26),
        lambda: _do(ResolveTicket(at=_ago(now, 26), by=_SUPPORT, text=text, **resolved.named)),
    )
    answered = _RefusedInvitation(_ago(now, 11), _BEAUTY, "amelia.ward", "marketing")
    yield answered.opens("圣诞季还想再签一位达人，能否申请豁免？")
    question = "请提供活动审批编号，我们确认后为店铺授予豁免。"
    yield (
        _ago(now, 10),
        lambda: _do(ReplyToTicket(at=_ago(now, 10), by=_SUPPORT, text=question, **answered.named)),
    )
    yield _ago(now, 9), lambda: _do(_kept_by_an_agent(_ago(now, 9), answered.named))
    yield _ago(now, 3), lambda: _ask_about_review(_ago(now, 3))
    waiting = _RefusedInvitation(_ago(now, 1), _HOME, "jack.lin", "marketing")
    yield waiting.opens("他说自己已经满 18 岁，请帮忙核实。")


class _RefusedInvitation:
    """A ticket about a refused invitation of a shop."""

    def __init__(self, at: datetime, shop_id: str, account_id: str, role: Role) -> None:
        self._at = at
        self.seller = Actor("shop", shop_id)
        self._invite = Invite(at=at, shop_id=shop_id, account_id=account_id, role=role, network_region="GB")
        self._ticket_id = ""

    def opens(self, text: str | None = None, evidence: str | None = None) -> Scene:
        """The scene that opens the ticket."""

        def scene() -> None:
            opened = OpenTicket(
                at=self._at, by=self.seller, question=self._invite, text=text, evidence=evidence
            )
            self._ticket_id = _do(opened)["events"][-1]["ticket_id"]

        return self._at, scene

    @property
    def named(self) -> dict[str, str]:
        """The fields by which a command names the ticket, call this after the scene that opens it."""
        pair = {"shop_id": self._invite.shop_id, "account_id": self._invite.account_id}
        return {**pair, "ticket_id": self._ticket_id}


def _kept_by_an_agent(at: datetime, named: dict[str, str]) -> Command:
    """Wei of support takes the ticket, with a note for his colleagues."""
    note = "已联系运营确认，审批编号应为 HH 开头；收到后由我授予豁免。"
    return AssignTicket(at=at, by=_WEI, team="support", assignee=_WEI.id, text=note, **named)


def _ask_about_review(at: datetime) -> None:
    """The creator of a link that is held in review asks why."""
    link = look_at_pair(_SNACKS, "mei.lin").world.link(_SNACKS, "mei.lin")
    assert link is not None, "it is part of the world"
    review = Review(link.shop_id, link.account_id, link.link_id)
    text = "我在新加坡注册的账号，现在长期住在洛杉矶，可以改注册地吗？"
    by = Actor("creator", "mei.lin")
    _do(OpenTicket(at=at, by=by, question=review, text=text, evidence="美国驾照"))


def _do(command: Command) -> Answer:
    """Execute a command at its own instant; it is accepted."""
    (answer,) = execute_as_of([command])
    assert answer["outcome"] == "accepted", answer
    return answer


def _ago(now: datetime, days: int) -> datetime:
    """An instant a number of days ago, at another time of day than the world's commands."""
    return now - timedelta(days=days, minutes=days * 53 % 480)
