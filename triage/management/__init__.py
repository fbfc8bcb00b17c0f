"""The commands that need no worker. Each fetches, calls one function of the product, answers."""
