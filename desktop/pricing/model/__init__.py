"""What the price screens know: versions, a draft against its parent, who has received what."""
