"""The journal: documents, their stored bytes, their links and their kinds."""
