"""The monthly bulletin 公开通报: counted once, frozen, approved by a second person, published, and never changed."""
