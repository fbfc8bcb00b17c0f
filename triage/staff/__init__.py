"""The staff: who works here, with which keys, and who did what."""
