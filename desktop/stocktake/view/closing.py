"""What is asked before a zone is closed."""

from desktop.stocktake.model.counting import CountingModel
from desktop.stocktake.model.sheet import Found
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words


def many_text(words: Words, found: Found) -> str:
    """So many of one product as nobody counts every day."""
    n = formats.qty(found.qty_micro)
    return words("counting.many", name=found.goods.name, n=n)


def questions(words: Words, model: CountingModel) -> list[tuple[str, Tone]]:
    """What stands in the question before a zone is closed."""
    open_ends = model.unfinished()
    pieces = formats.qty(model.pieces_micro)
    said = [(words("counting.sum_own", lines=len(model.found), pieces=pieces), Tone.PLAIN)]
    if open_ends.is_empty:
        said.append((words("counting.ask_empty"), Tone.WAITING))
    if open_ends.products:
        names = words("names.comma").join(one.name for one in open_ends.products[:4])
        n = len(open_ends.products)
        said.append((words("counting.ask_products", n=n, names=names), Tone.WAITING))
    if open_ends.zones:
        names = " ".join(one.zone_id for one in open_ends.zones[:8])
        n = len(open_ends.zones)
        said.append((words("counting.ask_zones", n=n, names=names), Tone.WAITING))
    said += [(many_text(words, one), Tone.WAITING) for one in model.many[:4]]
    unsaid = [one.code for one in model.unknown if not one.note]
    if unsaid:
        told = words("names.comma").join(unsaid[:4])
        said.append((words("counting.ask_stranger", n=len(unsaid), codes=told), Tone.WAITING))
    return said
