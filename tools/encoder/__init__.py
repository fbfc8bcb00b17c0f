"""How the shipped models were made: run offline, with torch; no part of the product."""
