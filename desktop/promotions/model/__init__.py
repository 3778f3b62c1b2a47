"""What the promotion screen knows: the list, a draft, a trial; no widgets."""
