"""What happened at a platform that decides about a shop’s links, and is recorded here (mirror.md)."""
