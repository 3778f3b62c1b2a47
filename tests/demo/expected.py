"""What the day must come to, worked out by hand from the story and the demo's tables.

Sums are written as they were added up on paper; nothing here is taken from a run.
"""

from collections.abc import Mapping
from typing import Final

EXPECTED: Final[Mapping[str, str]] = {
    # What the tills said: 199 + 2 x 59; 699 x 0.85; the last minute of version 1, then version 2
    "sale.first": "317.00",
    "discount.alone": "APPROVAL_MISSING",
    "discount.total": "594.15",
    "price.before": "199.00",
    "price.after": "219.00",
    "till.offline": "NETWORK",
    # offline since 11:30: serum, sunscreen and lipstick, cream, cream, lipstick
    "till.unsent": "5",
    "serum.left": "1 1",
    "tasks.serum": "1",
    # MC01: five customers, whatever the crash
    "counter.sales": "5",
    "counter.kept": "yes",
    # Orders: 51 x 26.85 + 48 x 90.55 + 10 x 246.96, granted with 24 creams less
    "order.asked": "8,185.35",
    "order.accepted": "6,012.15",
    "decision.late": "ALREADY_DECIDED",
    "rate.P1001-FX": "85/109",
    "exclusive.seen": "0",
    "exclusive.order": "NOT_IN_LIST",
    # 24 x (219.00 x 0.52 = 113.88)
    "order.level2": "2,733.12",
    "rate.P2001-FX": "24/24",
    # Prices
    "price.alone": "SECOND_PERSON_NEEDED",
    "price.delivered": "10 of 10",
    # Offers: 3 x 119 - 40 + 39; 356 points - 300 + 96 on what was paid in money; 20 x 26.85
    # and two gifts
    "policy.alone": "SECOND_PERSON_NEEDED",
    "policies.in_force": "2 3",
    "offer.first": "356.00",
    "points.left": "152",
    "coupon.again": "COUPON_USED",
    "offer.order": "537.00",
    "offer.gifts": "2",
    "rate.P1002-FX": "22/22",
    # The count: two lipsticks were sold at till 2 that nobody knew of, one mask is missing
    "count.blind": "BLIND_COUNT",
    "count.revealed": "-2 -1",
    "count.final": "+0 -1",
    "transit.overtaken": "-6 0",
    # 24 x 36.58 + 12 x 77.40
    "invoice.total": "1,806.72",
    # Opening stock by resources/demo/opening_stock.csv
    "opening.HQ01": "31,254",
    "opening.DL01": "8,964",
    "opening.DL02": "9,209",
    "opening.DL03": "2,973",
    "opening.SH01": "775",
    "opening.SH02": "479",
    "opening.MC01": "510",
    # 31254 - 85 shipped
    "closing.HQ01": "31,169",
    "held.HQ01": "31,169",
    # 8964 + 85 - 1 short - 24 shipped on
    "closing.DL01": "9,024",
    "held.DL01": "9,024",
    "damaged.DL01": "1",
    "closing.DL02": "9,209",
    "held.DL02": "9,209",
    # 2973 - 24 - 12
    "closing.DL03": "2,937",
    "held.DL03": "2,937",
    # 775 - till 1: 3+3+1+1-1+0+2, at night 4+1 - till 2: 12+1+2+1+1+1 - 1 mask + 6 transferred
    # + 20 sachets
    "closing.SH01": "768",
    "held.SH01": "768",
    # 479 - 5 - 2 - 3 + 1
    "closing.SH02": "470",
    "held.SH02": "470",
    # 510 - 5 sold - 6 transferred
    "closing.MC01": "499",
    "held.MC01": "499",
    # all openings; the sachets; 27 + 5 + 5 + 9 + 36 sold; the mask
    "outside.opening": "-54,164",
    "outside.supplier": "-20",
    "outside.customer": "82",
    "outside.adjustment": "1",
    "roads": "DL01/DL03=24 suspense=1",
    # 4 creams, 3 sold; 4 serums, 5 sold; 13 lipsticks, 2 sold; 12 masks, 1 missing
    "cream.SH01": "1",
    "serum.SH01": "-1",
    "lipstick.SH01": "11",
    "mask.SH01": "11",
    # 17 + 6 and 12 - 6
    "red.SH01": "23",
    "red.MC01": "6",
    # 317 + 259 - 59 + 20 + 76 + 259 + 238 + 199 + 219 - 12 for the courier; 200 ahead + 356 + 46
    "SH01.cash": "2,118.00",
    # 200 paid ahead, 50 of it spent; what points and the coupon paid
    "SH01.deposit": "-150.00",
    "SH01.points": "3.00",
    "SH01.coupon": "20.00",
    # 777 + 594.15 + 300 + 129
    "SH01.static_code": "1,800.15",
    # 169 + 129 + 79 + 29.90 + 59
    "MC01.mall": "465.90",
    "DL03.bank_transfer": "1,000.00",
    # 6012.15 - 5000
    "owed.P1001-FX": "1,012.15",
    "owed.P2001-FX": "2,733.12",
    # 1806.72 - 1000
    "owed.梅林美容院": "806.72",
    "revenue.hq": "6,012.15",
    "revenue.DL01": "2,733.12",
    # 15 at SH01, 5 at MC01, 1 at DL03; 3,328.15 + 356 + 119 + 465.90 + 1,806.72
    "sales": "21",
    "sales.amount": "6,075.77",
    "kept": "0",
    "entries.unbalanced": "0",
    "tasks": "CLAIM STOCK_BELOW_ZERO",
}


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Every figure that is off, as a line: what it must be and what it is."""
    return [
        f"{name}: 手算 by hand {value}, 账上 in the books {found.get(name, '-')}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
