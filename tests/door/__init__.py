"""The front door: slow and malicious clients, limits, and the end of a process."""
