"""View models that pages share, in the reader's language and time zone."""
