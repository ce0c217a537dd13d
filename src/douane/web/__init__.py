"""The HTTP side: one Litestar app whose doors are generated from the dialects' tables."""
