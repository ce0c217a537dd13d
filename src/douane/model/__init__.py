"""What Douane keeps: one file per table, the kinds of field, the faults a row can have."""
