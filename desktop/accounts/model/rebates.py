"""The rebates of one channel account: granted, spent, left; head office grants more (M02)."""

from desktop.accounts.usecases import grant_rebate, rebate_needs_approver
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.accounts.queries import RebateView, rebates_of
from shared.core.clock import business_day
from shared.journal.document import Header


class RebateModel(Watched):
    """The rebates of an account, the newest first."""

    def __init__(self, desk: Desk, account_id: str, currency: str, zone: str) -> None:
        super().__init__()
        self.desk = desk
        self.account_id = account_id
        self.currency = currency
        self.zone = zone
        self.rows: tuple[RebateView, ...] = ()
        self.load()

    @property
    def today(self) -> str:
        """The business day here."""
        return business_day(self.desk.now_us, self.zone)

    @property
    def granted_minor(self) -> int:
        """All that was granted."""
        return sum(one.granted_minor for one in self.rows)

    @property
    def spent_minor(self) -> int:
        """What orders used of it, or was taken back."""
        return sum(one.spent_minor for one in self.rows)

    @property
    def usable_minor(self) -> int:
        """What may be used today."""
        return sum(one.left_minor for one in self.rows if one.is_usable)

    @property
    def lapsed_minor(self) -> int:
        """What was left when its term ended."""
        return sum(
            one.left_minor for one in self.rows if one.valid_until and one.valid_until < self.today
        )

    def load(self) -> None:
        """Read them again."""
        self.rows = tuple(self.desk.read(rebates_of, self.account_id, self.currency, self.today))
        self.changed()

    @property
    def needs_approver(self) -> bool:
        """Whether the house wants a second person for a grant."""
        return self.desk.read(rebate_needs_approver)

    async def grant(
        self, amount_minor: int, reason: str, *, form: str, valid_until: str, approver_id: str = ""
    ) -> Header:
        """Grant a rebate. Raises as ``grant_rebate``."""
        done = await self.desk.do(
            grant_rebate,
            self.account_id,
            amount_minor,
            reason=reason,
            form=form,
            valid_until=valid_until,
            approver_id=approver_id,
        )
        self.load()
        return done
