"""One import, stage by stage: receive, decode, parse, map, validate, merge, report."""
