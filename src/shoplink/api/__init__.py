"""The JSON API: HTTP in, commands and looks at the state inward, JSON and problem documents out. No rules here."""

DESCRIPTION = """\
Who may be linked with whom, when, and why not.

A body is JSON and says so (`Content-Type: application/json`); it may be packed (`Content-Encoding: gzip`).
Send a key as `Authorization: Bearer …`, and with every command on whose behalf you act as `Shoplink-Actor`.
A POST or PUT with an `Idempotency-Key` can be repeated without being done twice. What is not done is answered
with a problem document (`application/problem+json`) in the language of `Accept-Language` (zh, en); a refusal
names every reason, who must act next, and the earliest instant at which it disappears by itself.
Lists come in pages: send `next` as `cursor`. Instants are RFC 3339 in UTC.
Every answer of a sandbox has `Shoplink-Sandbox: true`.
Vocabularies that are enums may gain values, and answers fields: accept those that you do not know.
"""

TAGS = {
    "events": "The feed of everything that has happened.",
    "refusals": "What was refused, and why.",
    "shops": "Shops and what they have used of their slots and quotas.",
    "accounts": "Creators' accounts.",
    "links": "Links between shops and accounts.",
    "mirrors": "What a platform that decides shows of current links.",
    "showcases": "What accounts show: showcases, videos and lives.",
    "products": "Products of shops.",
    "checks": "What would be decided, without doing it.",
    "attributions": "To whom orders belong.",
    "commands": "Streams of commands.",
    "permissions": "What an account may do for a shop.",
    "waivers": "Exceptions from single reasons.",
    "rulebooks": "The numbers that are policy.",
    "members": "Who acts for a shop or an account.",
    "sign-in links": "Links that sign somebody in once.",
    "tickets": "Questions to support.",
    "sandbox": "The clock of a sandbox.",
    "webhooks": "Events sent to addresses of yours, signed.",
}
"""What the groups of operations are about, in the order of the document."""
