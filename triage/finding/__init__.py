"""Finding: search, filters, views, and pages of items."""
