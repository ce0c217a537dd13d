"""The merge of accounts: customers with their addresses, each stored or rejected whole."""
