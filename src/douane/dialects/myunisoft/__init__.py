"""MyUnisoft: the partners' API of an accounting system (errors)."""
