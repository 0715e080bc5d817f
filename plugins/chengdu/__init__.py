"""What a Chengdu district does 网络理政: every mailbox and number on one platform, answers in 5 or 20 working days.

Appeals about market supervision, urban management, food and drugs or tourism go straight to the front line 工单直派;
danger is told at once and seen on site within the hour; five figures go to the mayor's meeting every month.
"""
