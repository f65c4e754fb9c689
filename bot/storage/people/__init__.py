"""What the database keeps of people: forgotten, told, and deleted with a server."""

from bot.storage.people.forgetting import DatabasePeople
from bot.storage.people.servers import DatabaseServers

__all__ = ["DatabasePeople", "DatabaseServers"]
