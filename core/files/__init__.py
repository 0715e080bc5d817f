"""Files 附件 of a ticket: judged and cleaned when they come in, kept apart from the rows, given out to who may see the ticket."""
