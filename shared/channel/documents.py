"""Documents of the channel: its structure as head office publishes it, and its devices."""

from shared.journal.document import Body, Part


class SalesOrg(Part, kw_only=True):
    """A line of business with its own assortment and price logic (销售组织)."""

    sales_org_id: str
    name: str
    currency: str = "CNY"
    price_logic: str = ""
    """What head office calls the logic; the steps themselves stand in each price version."""
    revision_policy: str = ""
    """Whether its accounts ``confirm`` a revised order or are told (``inform``); '' = confirm."""


class Region(Part, kw_only=True):
    """A place in the dated region tree (大区 / 区域 / 办事处), from an instant on (A01)."""

    region_id: str
    parent_id: str = ""
    """'' at the top."""
    name: str
    kind: str = ""
    from_at_us: int = 0
    to_at_us: int = 0
    """First instant at which the region is no more; 0 = open."""
    sales_org_ids: tuple[str, ...] = ()
    """Whose devices hold it; () = head office alone."""


class Level(Part, kw_only=True):
    """A place in the chain (渠道级别); it gives the default upstream (A02)."""

    level_id: str
    name: str
    rank: int = 0
    upstream_level_id: str = ""
    """'' = supplied by head office."""
    sales_org_ids: tuple[str, ...] = ()


class Category(Part, kw_only=True):
    """A category of channel accounts, which prices may be looked up by (A06, C05)."""

    category_id: str
    sales_org_id: str
    name: str
    fallback_id: str = ""


class Partner(Part, kw_only=True):
    """A legal party (主客户): dealer, agent, franchisee, mall, head office itself."""

    partner_id: str
    name: str
    kind: str = "dealer"


class Account(Part, kw_only=True):
    """A partner in one sales organisation (渠道客户)."""

    account_id: str
    partner_id: str
    sales_org_id: str
    name: str
    level_id: str = ""
    region_id: str = ""
    region_from_at_us: int = 0
    """From when the account sits on this leaf; earlier leaves keep their time (A01)."""
    upstream_account_ids: tuple[str, ...] = ()
    """Who may supply it (A02); '' among them is head office; () = head office alone."""
    former_upstream_ids: tuple[str, ...] = ()
    """Suppliers of an earlier publication that are no longer."""
    category_id: str = ""
    credit_limit_minor: int = 0
    terms_days: int = 0
    """0 = goods after payment (款到发货)."""
    currency: str = "CNY"
    is_active: bool = True
    revision_policy: str = ""
    """``confirm`` or ``inform`` (E09); '' = as its sales organisation says."""


class Site(Part, kw_only=True):
    """A place that holds stock and has devices: store, counter, warehouse, head office."""

    site_id: str
    name: str
    site_type: str
    """``store counter warehouse hq``, or a channel type of head office's own making (A06)."""
    account_ids: tuple[str, ...] = ()
    """The channel accounts it works for, the usual one first; () = head office's own site."""
    sales_org_ids: tuple[str, ...] = ()
    """The sales organisations of a site without accounts."""
    zone: str = "Asia/Shanghai"
    sales_mode: str = "full"
    """``simple`` (quantities only) or ``full``."""
    currency: str = "CNY"
    region_id: str = ""
    mall_partner_id: str = ""
    """The mall that takes a concession counter's money (商场联营)."""
    is_active: bool = True
    phone: str = ""
    """Where somebody answers, as it is dialled; at most ``PHONE_CHARACTERS_MAX`` letters."""


class ChannelPublished(Body, kw_only=True):
    """Head office publishes parts of the channel; what it does not name stays as it was.

    At most 5,000 entries in all.
    """

    sales_orgs: tuple[SalesOrg, ...] = ()
    regions: tuple[Region, ...] = ()
    levels: tuple[Level, ...] = ()
    categories: tuple[Category, ...] = ()
    partners: tuple[Partner, ...] = ()
    accounts: tuple[Account, ...] = ()
    sites: tuple[Site, ...] = ()


class DeviceEnrolled(Body, kw_only=True):
    """A device has handed in its one-time code and belongs to a site from now on."""

    device_id: str
    device_type: str
    """``till dealer warehouse hq``."""
    site_id: str
    """'' for a desktop of head office."""
    tag: str
    """Its short name in printed numbers, such as ``02``."""
    public_key: bytes


class DeviceRevoked(Body, kw_only=True):
    """A device is no longer trusted; its next request is refused."""

    device_id: str
    site_id: str
    """The site it was enrolled for."""
    reason: str = ""


class DeviceForked(Body, kw_only=True):
    """Two copies of one device's disk went different ways: the second one to come begins anew.

    It keeps what it wrote; from here on it writes its journal under ``incarnation``.
    """

    device_id: str
    site_id: str
    incarnation: int
    """The new one."""
    from_incarnation: int
    """The journal both copies began with."""
    since_n: int
    """Up to this slot both are one."""
    asked_head: bytes
    """The last link of the copy that begins anew: the same copy asking again is answered so."""
    not_linked: int = 0
    """Slots of this copy that head office lacked or had not compared yet."""


class ShopFounded(Body, kw_only=True):
    """A shop begins by itself, without head office: the first document of its first device (R07).

    Its site is the header's, whose name is made of the device's key, and its owner is that site's
    ``rules.founder_id``: a founding says nothing about anybody else.
    """

    name: str
    owner_name: str
    pin_hash: str = ""
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    region_id: str = ""
    """Code of the division it lies in; '' = not said."""
    is_demo: bool = False
    """A shop to try things out in; it never joins head office."""


class StaffStated(Body, kw_only=True):
    """The founder of a shop names somebody who works there, gives a new PIN, or lets them go (R07).

    It says nothing of anybody but the site's own staff: the person's id is made of the site's name
    and ``staff``.
    """

    staff: str
    """Eight letters ``0-9a-f`` that tell this person from the others of the shop."""
    name: str
    role: str
    """``clerk`` or ``warehouse``."""
    pin_hash: str = ""
    is_active: bool = True


class ShopJoined(Body, kw_only=True):
    """Head office takes a founded shop in, by a code it had made (R07)."""

    site_id: str
    account_ids: tuple[str, ...] = ()
    """The channel accounts it works for from now on."""
    sales_org_ids: tuple[str, ...] = ()
    """The sales organisations of a shop without accounts."""
    region_id: str = ""
    """'' = as the shop said itself."""
    planned_site_id: str = ""
    """The site head office had planned it as; it is closed, the shop keeps its own name."""


class DeviceInvited(Body, kw_only=True):
    """Head office made a one-time code for a new device; the code itself stands nowhere (P10)."""

    device_type: str
    """``till dealer warehouse hq``."""
    site_id: str
    """'' for a desktop of head office."""
    tag: str
    code_hash: str
    """``shared.sync.requests.code_hash`` of the code, as hex."""
    expires_at_us: int
    """0 or past takes an invitation back."""


class DeviceInvitationRefused(Body, kw_only=True):
    """Head office does not take the invitation: DEVICE_EXISTS, SITE_UNKNOWN."""

    device_id: str
    code: str
