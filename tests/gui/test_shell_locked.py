"""A device whose trust head office took back, and one that is too long alone (P10)."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from desktop.access.usecases import sign_in
from desktop.app.client import Client
from desktop.app.founding import join
from desktop.app.program import Program
from desktop.store.identity import store_state
from desktop.sync.enrolment import KEY_NAME
from shared.access.rules import DAY_US
from shared.channel.documents import DeviceRevoked
from shared.core.errors import AccessDenied, QutongError
from shared.journal.chain import SigningKey
from shared.journal.tables import journal
from tests.builders.founded_shop import OWNER, new_client, open_for_business, site_of
from tests.builders.hands import until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live
from tests.integration.desktop.served_brand import HeadOffice, served
from tests.integration.desktop.test_founding import sell_one


def documents(client: Client) -> int:
    return client.store.read(
        lambda one: one.execute(select(func.count()).select_from(journal)).scalar_one()
    )


def revoke(brand: HeadOffice, client: Client) -> None:
    identity = client.store.identity
    assert identity is not None
    brand.publish(DeviceRevoked(device_id=identity.device_id, site_id=identity.site_id))


def test_a_revoked_device_wipes_its_key_and_keeps_every_document(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    owner = open_for_business(client).user_id
    with served(tmp_path) as brand:
        join(client, brand.url, brand.invite())
        sell_one(client)
        assert not client.obey(AccessDenied("DEVICE_REVOKED")), "anybody can say so"
        forged = SigningKey.from_seed(b"x" * 32).sign_revocation(f"{site_of(client)}.01")
        assert not client.obey(AccessDenied("DEVICE_REVOKED", proof=forged.hex()))
        client.sync()
        revoke(brand, client)
        sell_one(client)
        held = documents(client)
        client.close()

        async def told(program: Program) -> None:
            await until(lambda: program.gate and program.gate.page)
            program.sign_in(owner)
            await until(lambda: program.worker)
            # In the middle of the work, at the next contact.
            await until(lambda: program.gate is not None)
            page: Any = program.gate.page  # type: ignore[union-attr]
            assert (page.lock.is_for_good, page.lock.unsent) == (True, 1)
            assert program.window is not None
            assert not program.window.isVisible()
            assert keys.load(KEY_NAME) is None

        live(tmp_path / "shop", told, keys)

    async def later(program: Program) -> None:
        page: Any = program.gate.page  # type: ignore[union-attr]
        assert page.lock.unsent == 1, "a new start changes nothing"
        assert not page.press("F5")
        for act in (
            lambda: sign_in(program.client.store, owner, OWNER.pin),
            lambda: sell_one(program.client),
        ):
            with pytest.raises(QutongError, match="DEVICE_REVOKED"):
                act()
        assert documents(program.client) == held

    spool = (tmp_path / "shop" / "journal.spool").read_bytes()
    live(tmp_path / "shop", later, keys)
    assert (tmp_path / "shop" / "journal.spool").read_bytes() == spool


def test_a_device_too_long_alone_opens_again_at_the_next_contact(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    open_for_business(client)
    with served(tmp_path) as brand:
        join(client, brand.url, brand.invite())
        long_ago_us = client.clock.now_us() - 31 * DAY_US
        client.store.on_writer(
            lambda local: local.transact(lambda one: store_state(one, synced_at_us=long_ago_us))
        )
        client.close()

        async def script(program: Program) -> None:
            await until(lambda: program.gate and program.gate.page)
            page: Any = program.gate.page  # type: ignore[union-attr]
            assert (page.lock.is_for_good, page.lock.days) == (False, 31)
            program.start_sync()
            assert page.press("F5")
            await until(lambda: hasattr(program.gate.page, "model"))  # type: ignore[union-attr]

        live(tmp_path / "shop", script, keys)
