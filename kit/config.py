"""The settings of one process, read once from the environment."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything a process is told from outside; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="HANDRAIL_", frozen=True, extra="ignore")

    environment: Literal["development", "test", "production"] = "development"
    kafka: str = "127.0.0.1:9092"
    postgres_host: str = "127.0.0.1"
    postgres_port: int = 5432
    secrets: Path = Path(".handrail/secrets")
    data: Path = Path(".handrail")
    reference: Path | None = None
    bind: str = "127.0.0.1"
    port: int = 8010
    gateway: str = "127.0.0.1"
    public_url: str = "http://127.0.0.1:8000"
    neutral_url: str = "http://127.0.0.1:8001"
    issuer: str = "http://127.0.0.1:8002"
    client_id: str = "handrail"
    identity_scope: str = "openid"
    client_secret: str = "development-only"  # noqa: S105 - the development issuer accepts any
    log_level: str = "INFO"
    otlp: str | None = None
    product: str = "Handrail"
    brand_colour: str = "#3d3a6b"
    batch: int = 1000
    watchdog_seconds: float = 60.0
    session_seconds: float = 10.0
    mail: Literal["outbox", "smtp", "notify"] = "outbox"
    mail_from: str = "A message for you <no-reply@example.org>"
    mail_seconds: float = 20.0
    mail_answer_seconds: float = 600.0
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_tls: bool = True
    notify_url: str = "https://api.notifications.service.gov.uk"
    notify_email_template: str = ""
    notify_text_template: str = ""
    notify_letter_template: str = ""
    release: str = "0.1.0"

    @property
    def nothing_leaves(self) -> bool:
        """Whether this is a developer's machine from which no message goes to anybody."""
        return self.environment == "development" and self.mail == "outbox"

    @property
    def development(self) -> bool:
        return self.environment in ("development", "test")

    def secret(self, name: str) -> bytes:
        """The bytes of the secret `name`; FileNotFoundError names the file that is missing."""
        return (self.secrets / name).read_bytes()

    def password(self, role: str) -> str:
        return self.secret(role).decode().strip()

    @cached_property
    def cookie_name(self) -> str:
        return "handrail_session" if self.development else "__Host-handrail"
