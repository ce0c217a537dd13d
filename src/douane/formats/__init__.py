"""The file formats, one family of files each; `csv` is the door, its `csv_*` files are its rooms."""
