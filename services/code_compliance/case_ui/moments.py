"""A day and a time of London, as forms ask for them."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.working_time import LONDON
from kit.web.forms import Say


class When(BaseModel):
    on: Annotated[date, Say("Enter the date", wrong="The date must be a real date")]
    at: Annotated[time, Say("Enter the time, like 14:30", wrong="Enter the time like 14:30")] = Field(title="Time")

    @property
    def instant(self) -> datetime:
        return datetime.combine(self.on, self.at, LONDON).astimezone(UTC)
