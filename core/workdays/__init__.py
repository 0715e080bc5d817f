"""Working-time arithmetic 工作日: which days and hours are worked, and how working time is counted."""
