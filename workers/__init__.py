"""Everything that runs by itself: pulling channels, sorting, and the machinery around them."""
