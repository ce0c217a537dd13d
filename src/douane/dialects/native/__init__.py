"""Our own wire contract, /v1: the receipts of runs, their faults and the lines that were rejected."""
