"""Lists of what a platform that decides shows: read, compared with ours, and taken over (mirror.md section 3)."""
