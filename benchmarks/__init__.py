"""Benchmarks of shoplink: `python -m benchmarks`. Nothing here is part of the product."""
