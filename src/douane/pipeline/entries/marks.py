"""The columns that say of a line or an entry what is particular about it."""

IS_BAD = "is_bad"
"""The line is rejected; of an entry, one of its lines is."""

IS_TORN = "is_torn"
"""A line that cannot be read stands before the line, most likely one of the same entry."""

HAS_OURS = "has_ours"
"""Something in the entry is not as it was sent: a line of ours, or a third party that stands for another."""
