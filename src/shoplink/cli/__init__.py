"""The `shoplink` command: a thin sender of commands to the flows, one module per subcommand."""

import click

from shoplink.cli.replay import replay

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shoplink")
def main() -> None:
    """Decide who may link whom, and say why not."""


main.add_command(replay)
