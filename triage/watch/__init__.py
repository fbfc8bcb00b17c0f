"""The watch: channels, their keys and budgets, and what is wrong with them."""
