"""What a step would do, told before it is taken."""
