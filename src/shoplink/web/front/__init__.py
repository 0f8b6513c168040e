"""The pages that belong to no console: the front door, the chooser of the demo, the reader's choices."""

from shoplink.web.front import choices, clock, demo, door

__all__ = ["choices", "clock", "demo", "door"]
