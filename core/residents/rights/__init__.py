"""What residents ask of the data about themselves 本人信息申请, and what they were answered."""
