"""The consoles: pages for people. They show decisions and send commands through `flows`; they contain no rules."""
