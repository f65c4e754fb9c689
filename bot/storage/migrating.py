"""Bringing a database to another revision. Who has nothing to migrate does not load it: that takes long."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.storage import revisions
from bot.storage.revisions import SchemaError


def upgrade(connection: Connection, to: str = "head") -> None:
    """Runs the migrations that are missing, in the connection's transaction. Raises `SchemaError`."""
    config = Config()
    # It fills in %(names)s.
    config.set_main_option("script_location", revisions.MIGRATIONS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise SchemaError(str(error)) from error
