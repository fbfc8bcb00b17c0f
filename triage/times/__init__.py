"""Times: business hours, what is due when, and how a week went."""
