"""The ticket 工单: one resident's appeal with its own number, state and timeline."""
