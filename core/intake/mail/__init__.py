"""Appeals that come by mail 邮件收取: from which mailbox, and what stands in a mail."""
