"""Tuning: the policy with its rules, what a change would do, and what people taught."""
