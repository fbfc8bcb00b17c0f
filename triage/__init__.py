"""Triage: the product. Knows no queue library, no channel client and no scikit-learn."""

__version__ = "0.1.0"
