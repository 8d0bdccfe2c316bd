"""By what a message leaves: to nowhere on one machine, by SMTP, or by GOV.UK Notify, behind one small interface."""

import asyncio
import re
import smtplib
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import parseaddr
from importlib import import_module
from typing import Any, Protocol, TypeVar

from kit.config import Settings
from services.referral.domain.mailing import Message

T = TypeVar("T")


class NotTaken(Exception):
    """It certainly did not leave: the same message may be tried again."""


class Rejected(Exception):
    """It did not leave and never will: the address or the text is refused for good."""


class NoAnswer(Exception):
    """Nobody knows whether it left: ask by its key where one can, and else send it again under the same key."""


class Carrier(Protocol):
    """Takes messages. `carry` returns once it was taken, and else raises NotTaken, Rejected or NoAnswer."""

    name: str
    channels: frozenset[str]

    async def carry(self, message: Message) -> None: ...

    async def has(self, key: str) -> bool:
        """Whether a message of this key was taken; False where that cannot be asked."""
        ...


class Nowhere:
    """Development: the visible outbox is all there is, and a message in it counts as sent."""

    name = "outbox"
    channels = frozenset({"email", "text", "letter"})

    async def carry(self, message: Message) -> None:
        return None

    async def has(self, key: str) -> bool:
        return False


class Smtp:
    """One conversation a message. The key is the Message-ID, by which a receiving system knows a message it has.

    After the last dot the answer is awaited for ten minutes (RFC 5321, 4.5.3.2.6), so that a slow server does not get
    the same message twice; only a conversation that breaks off there leaves the question open.
    """

    name = "smtp"
    channels = frozenset({"email"})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]

    async def carry(self, message: Message) -> None:
        await _aside(lambda: self._send(message))

    async def has(self, key: str) -> bool:
        return False

    def _send(self, message: Message) -> None:
        settings = self._settings
        try:
            smtp = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=settings.mail_seconds)
        except (OSError, smtplib.SMTPException):
            raise NotTaken from None
        try:
            self._envelope(smtp, message)
            self._text(smtp, message)
        finally:
            smtp.close()

    def _envelope(self, smtp: smtplib.SMTP, message: Message) -> None:
        """Up to the start of the text: whatever fails here, nothing was taken."""
        settings = self._settings
        try:
            smtp.ehlo_or_helo_if_needed()
            if settings.smtp_tls:
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if settings.smtp_user:
                smtp.login(settings.smtp_user, settings.password("smtp"))
            taken = smtp.mail(parseaddr(settings.mail_from)[1])[0] == 250
            code = smtp.rcpt(message.to)[0] if taken else 451
        except (OSError, smtplib.SMTPException):
            raise NotTaken from None
        if 500 <= code < 600:
            raise Rejected
        if code not in (250, 251):
            raise NotTaken
        try:
            code = smtp.docmd("DATA")[0]
        except (OSError, smtplib.SMTPException):
            raise NotTaken from None
        if code != 354:
            raise NotTaken

    def _text(self, smtp: smtplib.SMTP, message: Message) -> None:
        """The text and its last dot; from here on silence says nothing."""
        if smtp.sock is not None:
            smtp.sock.settimeout(self._settings.mail_answer_seconds)
        text = re.sub(rb"(?m)^\.", b"..", self._written(message).as_bytes())
        try:
            smtp.send(text.rstrip(b"\r\n") + b"\r\n.\r\n")
            code = smtp.getreply()[0]
        except (OSError, smtplib.SMTPException):
            raise NoAnswer from None
        if 500 <= code < 600:
            raise Rejected
        if code != 250:
            raise NotTaken

    def _written(self, message: Message) -> EmailMessage:
        written = EmailMessage(policy=WIRE)
        written["From"], written["To"] = self._settings.mail_from, message.to
        written["Subject"] = message.subject
        written["Message-ID"] = f"<{message.key}@{self._domain}>"
        written["Auto-Submitted"] = "auto-generated"
        written.set_content(message.body)
        return written


class Notify:
    """GOV.UK Notify: the key is the reference, by which it can be asked what it has. Needs the extra `notify`.

    The template there is ((subject)) and ((body)) alone: the words are ours and dated.
    """

    name = "notify"

    def __init__(self, settings: Settings) -> None:
        self.channels = frozenset({"email", "text", *(("letter",) if settings.notify_letter_template else ())})
        library: Any = import_module("notifications_python_client.notifications")
        self._error: Any = import_module("notifications_python_client.errors").HTTPError
        self._settings, key = settings, settings.password("notify.key")
        self._client: Callable[[], Any] = lambda: library.NotificationsAPIClient(
            key, settings.notify_url, settings.mail_seconds
        )

    async def carry(self, message: Message) -> None:
        await _aside(lambda: self._asked(lambda: self._send(self._client(), message)))

    async def has(self, key: str) -> bool:
        found = await _aside(lambda: self._asked(lambda: self._client().get_all_notifications(reference=key)))
        return bool(found["notifications"])

    def _send(self, client: Any, message: Message) -> None:
        told = {"subject": message.subject, "body": message.body}
        if message.channel == "email":
            template = self._settings.notify_email_template
            client.send_email_notification(message.to, template, personalisation=told, reference=message.key)
        elif message.channel == "letter":
            template = self._settings.notify_letter_template
            client.send_letter_notification(
                template, personalisation=told | address_of(message.to), reference=message.key
            )
        else:
            template = self._settings.notify_text_template
            client.send_sms_notification(message.to, template, personalisation=told, reference=message.key)

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except self._error as failure:
            status = failure.status_code
        if status == 400:
            raise Rejected
        raise NotTaken if status in (403, 429) else NoAnswer


def address_of(written: str) -> dict[str, str]:
    """A postal address, its lines with commas between them, as Notify takes it: at most seven, the postcode last."""
    lines = [line.strip() for line in written.split(",") if line.strip()]
    if len(lines) > 7:
        lines = [*lines[:5], ", ".join(lines[5:-1]), lines[-1]]
    return {f"address_line_{number}": line for number, line in enumerate(lines, 1)}


def carrier_of(settings: Settings) -> Carrier:
    """The carrier that the settings name."""
    if settings.mail == "smtp":
        return Smtp(settings)
    return Notify(settings) if settings.mail == "notify" else Nowhere()


async def _aside(work: Callable[[], T]) -> T:
    """Runs what blocks in a thread that does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, failure: BaseException | None) -> None:
        if done.cancelled():
            return
        if failure is not None:
            done.set_exception(failure)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            result, failure = work(), None
        except Exception as error:
            result, failure = None, error
        loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, daemon=True).start()
    return await done
