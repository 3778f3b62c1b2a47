"""What a printed number says: kind, place, device and its incarnation, running number."""

from shared.journal.chain import SigningKey
from shared.sync.appending import Author, printed_number

AUTHOR = Author(
    device_id="any", incarnation=1, tag="02", key=SigningKey.from_seed(b"k" * 32)
)  # fmt: skip


def test_a_number_names_its_site_and_where_there_is_none_head_office() -> None:
    assert printed_number("XS", "SH01", AUTHOR, 123) == "XS-SH01-02A-000123"
    assert printed_number("HK", "", AUTHOR, 7) == "HK-HQ-02A-000007"
