"""Refusals of a file, by the stage that finds them."""

from __future__ import annotations

from .code import Code

FILE_REFUSALS = (
    # receive: the bytes
    Code("empty-upload", "Empty file", "The file is empty.", "Send a header line and at least one row."),
    Code("upload-too-large", "File too large", "The file is larger than {detail} bytes.", "Split the file."),
    Code(
        "upload-cut",
        "Upload cut short",
        "The sender hung up before the whole file had arrived.",
        "Send it again.",
    ),
    # decode: the packing and the charset
    Code(
        "unknown-charset",
        "Unknown charset",
        "{detail} is not a charset we know.",
        "Use a name such as UTF-8 or ISO-8859-1.",
    ),
    Code(
        "unknown-compression",
        "Unknown compression",
        "Content-Encoding {detail} is not supported.",
        "Send the file as it is or with gzip.",
    ),
    Code(
        "broken-archive",
        "Broken compression",
        "The compressed body cannot be read: {detail}.",
        "Compress the file again.",
    ),
    Code(
        "archive-too-large",
        "Archive too large",
        "What the archive holds is larger than {detail} bytes.",
        "Send fewer or smaller documents, or split the file.",
    ),
    Code(
        "several-data-files",
        "Several data files in the archive",
        "The archive holds more than one data file: {detail}.",
        "Send each in an archive of its own.",
    ),
    Code(
        "no-data-file",
        "No data file in the archive",
        "The archive holds no file with a name in {detail}.",
        "Put the file at the root of the archive, not in a folder.",
    ),
    # parse and map: the header, and whose file it is
    Code("no-header", "No header", "The file has no header line.", "Start the file with a line of labels."),
    Code(
        "missing-label",
        "Label missing in the header",
        "The header has no label in column {detail}.",
        "Name every column.",
    ),
    Code(
        "repeated-label",
        "Label repeated in the header",
        "The header names {detail} more than once.",
        "Name every column once.",
    ),
    Code(
        "required-label", "Required column missing", "The header lacks {detail}.", "Add the required columns."
    ),
    Code("too-many-columns", "Too many columns", "The header has {detail} columns.", "Send fewer columns."),
    Code(
        "long-label",
        "Label too long",
        "The header has a label that is too long: {detail}.",
        "Name columns with at most 100 characters.",
    ),
    Code(
        "other-siren",
        "SIREN of another company",
        "The name of the file has the SIREN {detail}.",
        "Send the file to its own company, or correct its name.",
    ),
    # write: a file that we make
    Code(
        "outside-charset",
        "Character outside the charset",
        "The file cannot be written: {detail}.",
        "Write it in UTF-8.",
    ),
    Code(
        "unwritable-value",
        "Value that the format cannot hold",
        "The file cannot be written: {detail}.",
        "Shorten or correct the value.",
    ),
)
