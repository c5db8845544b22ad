"""SQLAlchemy: statements through an engine, many at once, the ORM, an error."""

import contextlib
import os

from sqlalchemy import Integer, String, create_engine, exc, select, text
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String(20))


for url in ("sqlite://", f"postgresql+psycopg2://postgres@127.0.0.1:{os.environ['POSTGRESQL_PORT']}/postgres"):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("drop table if exists users"))
        connection.execute(text("create table users (id integer, name varchar(20))"))
        connection.execute(User.__table__.insert(), [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}])
    with Session(engine) as session:
        session.scalars(select(User.name).where(User.id == 1)).all()
    with engine.connect() as connection, contextlib.suppress(exc.SQLAlchemyError):
        connection.execute(text("select * from absent"))
    engine.dispose()
