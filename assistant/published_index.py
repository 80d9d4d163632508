"""Which versions of a campaign's index were published: the pointer that every machine follows."""

from datetime import datetime

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.database import Database
from assistant.tables import Base, Counted
from knowledge.shelf import Published


class PublishedRow(Base):
    """A publication. The newest of a campaign is what is served; the checksums are those of its manifest and sheet."""

    __tablename__ = "published_index"
    __table_args__ = (Index("ix_published_index_campaign", "campaign", "number"),)

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    campaign: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(40))
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    sheet_sha256: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]


Publication = tuple[Published, datetime]
"""What was published, and when."""


class PublishedIndex:
    """The publications of all campaigns, over a database. Both methods may raise RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, campaign: str, published: Published, *, at: datetime) -> None:
        """From now on this version is to be served."""

        def work(session: Session) -> None:
            session.add(
                PublishedRow(
                    campaign=campaign,
                    version=published.version,
                    manifest_sha256=published.manifest_sha256,
                    sheet_sha256=published.sheet_sha256,
                    at=at,
                )
            )

        await self._database.run(work)

    async def last(self, campaign: str, *, limit: int) -> tuple[Publication, ...]:
        """The versions published last, each once, the one to serve first."""

        def work(session: Session) -> tuple[Publication, ...]:
            newest = (
                select(func.max(PublishedRow.number))
                .where(PublishedRow.campaign == campaign)
                .group_by(PublishedRow.version)
            )
            rows = session.scalars(
                select(PublishedRow)
                .where(PublishedRow.number.in_(newest))
                .order_by(PublishedRow.number.desc())
                .limit(limit)
            )
            return tuple((Published(row.version, row.manifest_sha256, row.sheet_sha256), row.at) for row in rows)

        return await self._database.run(work, reading=True)
