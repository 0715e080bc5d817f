"""What somebody has typed into a form and not sent yet 草稿: kept on the server, so that no word is lost."""
