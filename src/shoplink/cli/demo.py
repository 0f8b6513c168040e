"""`shoplink demo`: a demo world, an API key, and three things to try."""

import os

import click
import msgspec

from shoplink.cli.database import fail, update_tables, writes
from shoplink.store.people import keys

_KEY_NAME = "demo"

_TEXTS = {
    "en": {
        "made": "A demo world is ready: an agency's shops in Great Britain and the United States, and their creators.",
        "kept": "The demo world is unchanged.",
        "key": "An API key with every scope; it is not shown again:",
        "try": "Three things to try while `shoplink serve` is running:",
        "refused": "1. An invitation that is refused, with every reason and date",
        "linked": "2. An invitation that succeeds: invited, accepted, linked",
        "feed": "3. The feed: what has just happened",
    },
    "zh": {
        "made": "演示数据已就绪：一家机构在英国和美国的多个小店，以及它们的达人。",
        "kept": "演示数据保持原样。",
        "key": "一个拥有全部权限的 API 密钥，仅此一次显示：",
        "try": "`shoplink serve` 运行后，可以试三件事：",
        "refused": "1. 一个会被拒绝的邀请，列出全部原因和日期",
        "linked": "2. 一个能走通的邀请：发出、接受、绑定",
        "feed": "3. 事件流：刚刚发生了什么",
    },
}


@click.command(
    epilog="""\b
Example:
  shoplink demo && shoplink serve

\b
Exit status: 0; 2 if the database contains anything but a demo, or cannot be used.
"""
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The host of the service, for the printed commands.",
)
@click.option("--port", default=8000, show_default=True, help="The port of the service.")
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help="The language of the output.  [default: the language of the environment]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@writes("stop it first, or choose another database with SHOPLINK_DATABASE_URL")
def demo(host: str, port: int, language: str | None, *, as_json: bool) -> None:
    """Fill an empty database with a demo world, or keep an existing one, and print commands to try.

    The history of the world ends now. A new API key replaces the one of the previous call.
    """
    from shoplink.demo import links, personas, world  # noqa: PLC0415 (only with settings in place)
    from shoplink.flows.people.keys import create_key, revoke_key  # noqa: PLC0415 (as above)
    from shoplink.flows.tick import tick  # noqa: PLC0415 (as above)

    update_tables()
    try:
        made = world.build_demo()
    except world.NotADemoError as error:
        fail(str(error))
    personas.add_personas()
    offer = world.open_offer()
    for key in keys.every_key():
        if key.name == _KEY_NAME:
            revoke_key(links.DEMO_ACTOR, key.key_id)
    _, secret = create_key(links.DEMO_ACTOR, _KEY_NAME, set(keys.SCOPES))
    tick()  # number these events, before the position that is printed
    tag = language or _environment_language()
    headers = f"\\\n  -H 'Authorization: Bearer {secret}' -H 'Accept-Language: {tag}'"
    refused = (links.BEAUTY, links.UNDER_AGE)
    commands = _commands(f"http://{host}:{port}", headers, refused, offer, world.newest_position())
    if as_json:
        click.echo(msgspec.json.encode({"made": made, "key": secret, **commands}))
        return
    texts = _TEXTS[tag]
    click.echo(f"{texts['made' if made else 'kept']}\n\n{texts['key']}\n\n  {secret}\n\n{texts['try']}")
    for name, command in commands.items():
        click.echo(f"\n{texts[name]}\n\n{command}")
    click.echo()


def _commands(
    address: str, headers: str, refused: tuple[str, str], offer: tuple[str, str], position: int
) -> dict[str, str]:
    """The three commands to try, by their names."""
    pretty = "python3 -m json.tool --no-ensure-ascii"

    def encoded(ids: tuple[str, str], **fields: object) -> str:
        values = {**fields, "shop_id": ids[0], "account_id": ids[1], "network_region": "GB"}
        return msgspec.json.format(msgspec.json.encode(values), indent=0).decode()

    invitation = encoded(refused, role="marketing")
    invite = encoded(offer, command="invite", role="official")
    accept = encoded(offer, command="accept", by={"kind": "account", "id": offer[1]})
    return {
        "refused": f"curl -sS {address}/v1/links {headers} \\\n"
        f"  -H 'Shoplink-Actor: shop:{refused[0]}' -H 'Content-Type: application/json' \\\n"
        f"  -d '{invitation}' | {pretty}",
        "linked": f"curl -sS {address}/v1/commands {headers} \\\n"
        f"  -H 'Shoplink-Actor: shop:{offer[0]}' -H 'Content-Type: application/x-ndjson' \\\n"
        f"  --data-binary '{invite}\n{accept}' | {pretty} --json-lines",
        "feed": f"curl -sS '{address}/v1/events?after={position}' {headers} | {pretty}",
    }


def _environment_language() -> str:
    """Chinese if the locale of the environment is Chinese, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((name for name in names if name), "").startswith("zh") else "en"
