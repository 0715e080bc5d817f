"""Clearance 审定: somebody else lets a ticket that an operator wrote down go to dispatch."""
