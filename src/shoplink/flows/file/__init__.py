"""Files of commands and tables: read, apply, export and replay."""
