"""What changes clocks: deciding cases afresh, the timer, a changed calendar, and what persons enter."""
