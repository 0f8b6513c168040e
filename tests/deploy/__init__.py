"""What ships in `deploy/`: the unit, the image, the proxies, as they stand."""
