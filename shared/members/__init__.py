"""Members (会员): consumers a shop knows by their phone, the same one at every till."""
