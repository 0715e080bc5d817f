"""Fetching mails 邮件收取 from the mailboxes of tenants."""
