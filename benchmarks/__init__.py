"""What shoplink costs, measured: `python -m benchmarks`. Nothing here is part of the product."""
