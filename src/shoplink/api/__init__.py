"""The JSON API: HTTP in, commands and looks at the state inward, JSON and problem documents out. No rules here."""

DESCRIPTION = """\
Who may be linked with whom, when, and why not.

Send a key as `Authorization: Bearer …`, and with every command on whose behalf you act as `Shoplink-Actor`.
A POST or PUT with an `Idempotency-Key` can be repeated without being done twice. What is not done is answered
with a problem document (`application/problem+json`) in the language of `Accept-Language` (zh, en); a refusal
names every reason, who must act next, and the earliest instant at which it disappears by itself.
Lists come in pages: send `next` as `cursor`. Instants are RFC 3339 in UTC.
"""
