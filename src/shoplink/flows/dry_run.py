"""Trying commands: what would come of them, one after the other, now; nothing is done and nothing is stored."""

from collections.abc import Sequence

from msgspec.structs import replace

from shoplink.core import Command, step
from shoplink.core.decisions import Decision
from shoplink.flows.look import look
from shoplink.store.read.link import snapshot
from shoplink.store.write.load import LoadKeys


def dry_run_commands(commands: Sequence[Command]) -> list[Decision]:
    """The decision on each command, made after those before it: slots and quotas are used up on the way.

    A fixed number of statements however many commands; sent as one batch now, they would be decided alike.
    """
    with snapshot():
        world = look(LoadKeys.of(commands)).world
    return [step(world, replace(command, at=world.now)).decision for command in commands]


def dry_run_command(command: Command) -> Decision:
    """The same for one command alone."""
    return dry_run_commands([command])[0]
