"""Looking at the district's account on Weibo, and fetching the pictures of mentions."""
