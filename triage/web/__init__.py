"""The pages: one file a screen. Views fetch through access, call one function, and answer."""
