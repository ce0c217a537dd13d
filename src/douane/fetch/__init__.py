"""Everything we call: the guard of addresses, downloads, deposits and buckets."""
