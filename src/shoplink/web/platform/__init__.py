"""The platform's console: how it is doing, every record and its past, rulebooks, keys, waivers, and who did what."""
