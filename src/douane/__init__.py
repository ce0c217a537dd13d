"""Douane: an import gateway for B2B finance data."""

__version__ = "0.1.0"
