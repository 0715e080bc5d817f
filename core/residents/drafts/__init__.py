"""What a resident has begun to report and not sent yet 没写完的诉求: kept for some days under a key that only their page knows."""
