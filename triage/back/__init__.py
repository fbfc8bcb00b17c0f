"""The way back: what people have done on the platforms, through the outbox."""
