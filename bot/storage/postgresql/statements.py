"""SQLite's statements as PostgreSQL's, which may name a constraint beside columns: ours never do."""

from typing import Any

from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.ext.compiler import compiles


@compiles(OnConflictDoUpdate, "postgresql")
def _update(clause: Any, compiler: Any, **options: Any) -> str:
    clause.constraint_target = None
    text: str = compiler.visit_on_conflict_do_update(clause, **options)
    return text


@compiles(OnConflictDoNothing, "postgresql")
def _nothing(clause: Any, compiler: Any, **options: Any) -> str:
    clause.constraint_target = None
    text: str = compiler.visit_on_conflict_do_nothing(clause, **options)
    return text
