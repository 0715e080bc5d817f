"""What Pingshan does 一网统管: one entrance, one duty list, nobody passes the ball.

The duty list decides who handles an appeal, on what legal basis and how fast; community centres take in at their
counters and no longer have to catch what nobody wants; a numbered letter reminds the unit whose time runs out.
"""
