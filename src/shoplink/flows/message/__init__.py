"""Messages: notifications made from the feed, reminders, e-mail, the inbox and the calendar."""
