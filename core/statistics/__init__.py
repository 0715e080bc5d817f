"""Statistics: measures counted by day, figures 指标 made of them, reports of months and cities."""
