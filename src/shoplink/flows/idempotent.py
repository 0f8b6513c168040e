"""Idempotency keys within one write transaction: claimed before the work, stored with what it answered."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.flows.answer import Answer, rejected
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.write import answers
from shoplink.store.write.answers import Key


class IdempotencyKeys:
    """The idempotency keys of one transaction, with the answers that they have."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Claim keys; a key that another transaction is working on is answered as in progress."""
        self._stored, self._running = answers.claim_keys(keys)
        self._fresh: list[tuple[str, str, str, Answer]] = []

    def answer(self, key: Key, digest: str) -> Answer | None:
        """The answer that a key already has; None if what it stands for is still to be done.

        `digest` is of what is asked for now: rejected as `idempotency.other_body` if something else was asked for.
        """
        if key in self._running:
            return rejected("idempotency.in_progress")
        if (stored := self._stored.get(key)) is None:
            return None
        return stored.answer if stored.body_digest == digest else rejected("idempotency.other_body")

    def keep(self, key: Key, digest: str, answer: Answer) -> None:
        """Let a key have an answer, from now on and once the transaction is committed."""
        self._stored[key] = answers.StoredAnswer(digest, answer)
        self._fresh.append((*key, digest, answer))

    def save(self, at: datetime) -> None:
        """Store the new answers, within the transaction that they belong to."""
        answers.store_answers(at, self._fresh)


class IdempotentRequest(Struct, frozen=True):
    """What is asked for, and the idempotency key and its scope that it comes with; no key: it is done each time."""

    scope: str
    key: str | None
    body: Any


def run_idempotent(
    request: IdempotentRequest,
    work: Callable[[Transaction], tuple[datetime, Answer]],
    now: Callable[[], datetime],
) -> Answer:
    """The answer stored under the request's key, else what `work` answers now, and when, in one transaction.

    Rejected as `idempotency.in_progress`, and as `idempotency.other_body` if something else was asked for then.
    """
    digest = hashlib.sha256(msgspec.json.encode(request.body)).hexdigest()
    key = None if request.key is None else (request.scope, request.key)

    def attempt(transaction: Transaction) -> Answer:
        if key is None:
            return work(transaction)[1]
        keys = IdempotencyKeys([key])
        if (known := keys.answer(key, digest)) is not None:
            return known
        at, answer = work(transaction)
        keys.keep(key, digest, answer)
        keys.save(at)
        return answer

    return transact(attempt, now)
