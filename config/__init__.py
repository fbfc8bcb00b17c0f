"""How the product is put together: settings, addresses, logging, entry points."""
