"""The columns that say of a line or an entry that something is wrong with it."""

IS_BAD = "is_bad"
"""The line is rejected; of an entry, one of its lines is."""

IS_TORN = "is_torn"
"""A line that cannot be read stands before the line, most likely one of the same entry."""
