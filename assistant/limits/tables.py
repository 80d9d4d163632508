"""The tables of what workers share, as SQLAlchemy models. A change here needs a migration."""

from sqlalchemy import BigInteger, Double, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.tables import Base


class ShareRow(Base):
    """A share by its key, and the moment (seconds since 1970) at which it is full again. Rows go once that is past."""

    __tablename__ = "share"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[float] = mapped_column(Double)


class DailyKeyRow(Base):
    """What addresses are hashed with on one day, in hex. Only today's is kept."""

    __tablename__ = "daily_key"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))


class ModelDayRow(Base):
    """What the language model was used for on one day (UTC), with what is set aside for calls under way."""

    __tablename__ = "model_day"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    nanodollars: Mapped[int] = mapped_column(BigInteger)
