"""Support tickets: their current state, the closing of those that have ended, and the preview of a fix."""
