"""The claims of all processes to the streams of the accounts: see `bot/broadcast/limits/shared_claims.py`."""

import sqlalchemy as sa

from bot.storage.schema.processes import of_processes

slot_pools = sa.Table(
    "slot_pools",
    of_processes,
    # An account's ID; "" for the operator's.
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("next_number", sa.BigInteger, nullable=False, server_default="1"),
    # All moments here are seconds by the database's clock.
    sa.Column("retry_at", sa.Float(53)),
    sa.Column("pause_s", sa.Float(53), nullable=False, server_default="5"),
    # The number of the claim that tries alone.
    sa.Column("trying", sa.BigInteger),
    # Until when connections that died may take a slot each, as JSON.
    sa.Column("cut_off", sa.Text, nullable=False, server_default="[]"),
)

slot_claims = sa.Table(
    "slot_claims",
    of_processes,
    sa.Column("account", sa.Text, primary_key=True),
    # Who asked first has the lowest.
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    # Whoever goes on with it has its claim.
    sa.Column("broadcast", sa.Text, nullable=False),
    # The process that runs it; "" while it is handed over.
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("until", sa.Float(53), nullable=False),
    # Else it waits.
    sa.Column("is_held", sa.Boolean, nullable=False),
    sa.Column("went_at", sa.Float(53), nullable=False),
)
