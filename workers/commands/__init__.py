"""The commands that run the engine: they know channels, brokers and processes."""
