"""Files of links, read by an engine."""
