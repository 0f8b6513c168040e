"""The `shoplink` command: a thin sender of commands to the flows, one module per subcommand."""

import click

from shoplink.cli.apply import apply
from shoplink.cli.attribute import attribute
from shoplink.cli.deliver import deliver
from shoplink.cli.demo import demo
from shoplink.cli.doctor import doctor
from shoplink.cli.export import export
from shoplink.cli.keys import keys
from shoplink.cli.people import people
from shoplink.cli.replay import replay
from shoplink.cli.rulebook import rulebook
from shoplink.cli.serve import migrate, serve
from shoplink.cli.staff import staff
from shoplink.cli.statement import statement
from shoplink.cli.tick import tick
from shoplink.cli.verify import verify

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shoplink")
def main() -> None:
    """Decide who may link whom, and say why not."""


for command in (
    serve,
    demo,
    migrate,
    apply,
    attribute,
    statement,
    export,
    verify,
    replay,
    rulebook,
    keys,
    people,
    staff,
    tick,
    deliver,
    doctor,
):
    main.add_command(command)
