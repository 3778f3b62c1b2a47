"""T24 in its smallest form: figures by chance explain themselves, and a false one is found."""

import pytest
from sqlalchemy import Connection

from shared.journal.document import Write
from tests.builders.one_house import House, a_house
from tests.explaining.figures import Explainer, figures_of
from tests.explaining.history import Maker, a_history

KINDS = {"stock", "account", "statement", "day", "shift"}


@pytest.fixture(scope="module")
def house() -> House:
    return a_history(seed=3, steps=60)


def test_figures_of_every_screen_explain_themselves_by_their_documents(house: House) -> None:
    def look(connection: Connection) -> tuple[set[str], list[str]]:
        explainer = Explainer(connection)
        figures = list(figures_of(connection, seed=3, most=120))
        kinds = {one.name.split()[0] for one in figures if one.documents}
        return kinds, [fault for one in figures if (fault := explainer.faults(one))]

    kinds, wrong = house.read(look)
    assert kinds == KINDS
    assert wrong == []


def test_a_figure_that_lies_or_names_a_document_that_is_not_there_is_found(house: House) -> None:
    def look(connection: Connection) -> list[str]:
        explainer = Explainer(connection)
        one = next(
            figure
            for figure in figures_of(connection, seed=3, most=120)
            if figure.documents and figure.shown
        )
        none: list[Write] = []
        assert one.effect(none) == 0
        return [
            explainer.faults(one._replace(shown=one.shown + 1)),
            explainer.faults(one._replace(documents=one.documents[:0])),
            explainer.faults(one._replace(documents=[*one.documents, "f" * 32])),
        ]

    assert all(house.read(look))


def test_most_acts_of_a_history_are_taken() -> None:
    opened = a_house()
    maker = Maker(opened, seed=5)
    maker.run(20)
    opened.close()
    assert maker.done >= 12
