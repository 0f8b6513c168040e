"""The tables of links. Constraints state the invariants of domain.md section 9 a second time.

In commands, only `load` and `save` access the rows of shops, accounts, links and events. Pages read them.
"""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from shoplink.core.facts import LIVE
from shoplink.core.mirror.events import RECORDED_STEPS
from shoplink.store.database.fields import InstantField

_ID = 64
_TEXT = 200
_WORD = 40

_IS_LIVE = Q(status__in=sorted(LIVE))


class Shop(models.Model):
    """A shop's facts."""

    shop_id = models.CharField(primary_key=True, max_length=_ID)
    name = models.CharField(max_length=_TEXT)
    market = models.CharField(max_length=2)
    enrolment = models.CharField(max_length=_WORD)
    status = models.CharField(max_length=_WORD)
    decided = models.CharField(max_length=_WORD, default="here", db_default="here")
    touched_at = InstantField()

    class Meta:
        """The table."""

        db_table = "shop"
        indexes = (
            Index(fields=("market", "shop_id"), name="shop_market"),
            Index(fields=("shop_id",), condition=Q(decided="elsewhere"), name="shop_elsewhere"),
        )


class Account(models.Model):
    """An account's facts, and when support last corrected them. The birth date is ISO text, the same in every database.

    Accounts are found by `handle_folded`: two handles that differ in case, width or composition alone are the same.
    """

    account_id = models.CharField(primary_key=True, max_length=_ID)
    handle = models.CharField(max_length=_TEXT)
    handle_folded = models.CharField(max_length=_TEXT, default="", db_default="")
    region = models.CharField(max_length=2)
    registered_in = models.CharField(max_length=2)
    birth_date = models.CharField(max_length=10, null=True)  # noqa: DJ001 (null is "unknown", not "empty")
    status = models.CharField(max_length=_WORD)
    commerce_permission = models.CharField(max_length=_WORD)
    followers = models.BigIntegerField()
    region_corrected_at = InstantField(null=True)
    registered_in_corrected_at = InstantField(null=True)
    birth_date_corrected_at = InstantField(null=True)
    touched_at = InstantField()

    class Meta:
        """The table."""

        db_table = "account"
        indexes = (
            # PostgreSQL can use this kind of index for prefixes too.
            Index(
                fields=("handle_folded",), name="account_handle_folded", opclasses=("varchar_pattern_ops",)
            ),
        )


class Handle(models.Model):
    """A handle of an account, from an instant to that of its next row; one spelled in another way is the same handle."""

    number = models.BigAutoField(primary_key=True)
    account_id = models.CharField(max_length=_ID)
    handle = models.CharField(max_length=_TEXT)
    handle_folded = models.CharField(max_length=_TEXT)
    since = InstantField()

    class Meta:
        """The table."""

        db_table = "handle"
        indexes = (
            Index(fields=("account_id", "number"), name="handle_account"),
            Index(fields=("handle_folded",), name="handle_folded"),
        )


class Link(models.Model):
    """One row per link, never deleted. `number` is the order of recording, `slot` the slot that a live link holds."""

    number = models.BigAutoField(primary_key=True)
    link_id = models.CharField(max_length=_ID, unique=True)
    shop_id = models.CharField(max_length=_ID)
    account_id = models.CharField(max_length=_ID)
    market = models.CharField(max_length=2)
    role = models.CharField(max_length=_WORD)
    status = models.CharField(max_length=_WORD)
    slot = models.IntegerField(null=True)
    rulebook = models.CharField(max_length=_TEXT)
    invited_at = InstantField(null=True)
    expires_at = InstantField(null=True)
    accepted_at = InstantField(null=True)
    linked_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    unlink_requested_at = InstantField(null=True)
    settlement = models.CharField(max_length=_WORD, null=True)  # noqa: DJ001 (null is "not said")
    reference = models.CharField(max_length=_TEXT, null=True)  # noqa: DJ001 (null is "not said")
    message = models.CharField(max_length=_TEXT, null=True)  # noqa: DJ001 (null is "not said")
    synced_since = InstantField(null=True)
    due_at = InstantField(null=True)
    touched_at = InstantField()

    class Meta:
        """The table, with invariants 1 to 3 as constraints."""

        db_table = "link"
        constraints = (
            UniqueConstraint(
                fields=("account_id",),
                condition=Q(status__in=("in_review", "linked")),
                name="account_has_one_link",
            ),
            UniqueConstraint(
                fields=("shop_id", "role", "slot"), condition=_IS_LIVE, name="slot_is_held_once"
            ),
            UniqueConstraint(
                fields=("shop_id", "account_id"), condition=_IS_LIVE, name="pair_has_one_live_link"
            ),
            CheckConstraint(
                # A check whose result is unknown passes, so "not null" is stated too.
                condition=(_IS_LIVE & Q(slot__isnull=False) & Q(slot__gte=1))
                | (~_IS_LIVE & Q(slot__isnull=True)),
                name="live_link_holds_a_slot",
            ),
            CheckConstraint(condition=_IS_LIVE | Q(ended_at__isnull=False), name="ended_link_says_when"),
        )
        indexes = (
            Index(fields=("shop_id", "account_id", "number"), name="link_pair"),
            Index(fields=("account_id", "number"), name="link_account"),
            Index(fields=("shop_id", "number"), name="link_shop"),
            Index(fields=("status", "number"), name="link_status"),
            Index(fields=("account_id",), condition=_IS_LIVE, name="link_live_account"),
            Index(
                fields=("shop_id", "linked_at"),
                condition=Q(role="marketing", linked_at__isnull=False),
                name="link_shop_window",
            ),
            Index(
                fields=("account_id", "linked_at"),
                condition=Q(linked_at__isnull=False),
                name="link_account_window",
            ),
            Index(
                fields=("shop_id",),
                condition=Q(role="official", status="unlinked"),
                name="link_official_unlinks",
            ),
            Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="link_due"),
            Index(
                fields=("unlink_requested_at",),
                condition=Q(unlink_requested_at__isnull=False),
                name="link_unlink_requested",
            ),
        )


class Waiver(models.Model):
    """A waiver; `ended_at` is set if it was ended early."""

    code = models.CharField(max_length=_ID)
    shop_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "the other kind of subject")
    account_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (as above)
    until = InstantField(null=True)
    granted_at = InstantField()
    ended_at = InstantField(null=True)
    note = models.CharField(max_length=_TEXT)
    by_kind = models.CharField(max_length=_WORD)
    by_id = models.CharField(max_length=_TEXT)

    class Meta:
        """The table."""

        db_table = "waiver"
        constraints = (
            CheckConstraint(
                condition=Q(shop_id__isnull=True) ^ Q(account_id__isnull=True), name="waiver_has_one_subject"
            ),
        )
        indexes = (
            Index(fields=("shop_id",), condition=Q(ended_at__isnull=True), name="waiver_shop"),
            Index(fields=("account_id",), condition=Q(ended_at__isnull=True), name="waiver_account"),
        )


class RulebookText(models.Model):
    """The text of a rulebook. It is never deleted, and a name means one text permanently."""

    digest = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=_TEXT, unique=True)
    text = models.TextField()
    added = models.IntegerField()

    class Meta:
        """The table."""

        db_table = "rulebook"


class Activation(models.Model):
    """An activation of a rulebook in a market. Of two with the same start, the one recorded later counts.

    `cancelled_at` is set if it was taken back before its start: it never starts.
    """

    market = models.CharField(max_length=2)
    name = models.CharField(max_length=_TEXT)
    digest = models.CharField(max_length=64)
    effective_from = InstantField()
    cancelled_at = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "activation"
        indexes = (Index(fields=("market", "effective_from"), name="activation_market"),)


class Event(models.Model):
    """The log: append-only. `position` is given when committed events are numbered for the feed."""

    number = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=_WORD)
    at = InstantField()
    shop_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about a shop")
    account_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about an account")
    link_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about a link")
    data = models.TextField()

    class Meta:
        """The table."""

        db_table = "event"
        indexes = (
            Index(fields=("link_id", "number"), name="event_link"),
            Index(fields=("shop_id", "number"), name="event_shop"),
            Index(fields=("account_id", "number"), name="event_account"),
            Index(fields=("number",), condition=Q(position__isnull=True), name="event_unnumbered"),
            Index(
                fields=("shop_id", "number"), condition=Q(type__in=RECORDED_STEPS), name="event_recorded_step"
            ),
            *(
                # The feed of one kind, shop or account; an event enters once it has its position.
                Index(fields=(column, "position"), condition=Q(position__isnull=False), name=f"feed_{name}")
                for column, name in (("type", "type"), ("shop_id", "shop"), ("account_id", "account"))
            ),
        )


class Refusal(models.Model):
    """A refused command with every reason, kept for the retention period."""

    at = InstantField()
    command = models.CharField(max_length=_WORD)
    shop_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about a shop")
    account_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about an account")
    by_kind = models.CharField(max_length=_WORD)
    by_id = models.CharField(max_length=_TEXT)
    data = models.TextField()

    class Meta:
        """The table."""

        db_table = "refusal"
        indexes = (
            Index(fields=("shop_id", "at"), name="refusal_shop"),
            Index(fields=("account_id", "at"), name="refusal_account"),
            Index(fields=("by_kind", "by_id", "at"), name="refusal_by"),
            Index(fields=("at",), name="refusal_at"),
        )


class StoredAnswer(models.Model):
    """The answer of an idempotency key, per API key (or file), kept for 30 days."""

    scope = models.CharField(max_length=_ID)
    key = models.CharField(max_length=_TEXT)
    body_digest = models.CharField(max_length=64)
    answer = models.TextField()
    at = InstantField()

    class Meta:
        """The table."""

        db_table = "stored_answer"
        constraints = (UniqueConstraint(fields=("scope", "key"), name="idempotency_key_is_used_once"),)
        indexes = (Index(fields=("at",), name="stored_answer_at"),)


class ApiKey(models.Model):
    """A platform program's key; only its digest is stored."""

    key_id = models.CharField(primary_key=True, max_length=_ID)
    name = models.CharField(max_length=_TEXT)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=_TEXT)
    created_by = models.CharField(max_length=_TEXT, blank=True, default="", db_default="")
    created_at = InstantField()
    last_used_at = InstantField(null=True)
    revoked_at = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "api_key"
