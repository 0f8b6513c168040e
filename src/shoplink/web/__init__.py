"""The consoles: pages for people. They show the decisions of flows and send its commands; no rule is written here."""
