"""The walk: what happens to a post from its arrival to its queue."""
