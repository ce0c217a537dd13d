"""The merge of entry lines: lines become whole entries, which are stored or rejected whole."""
