"""Every SQL of returns: the archive and its facts, what the queries count and list, and the returns drawn."""
