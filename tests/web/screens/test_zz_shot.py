from tests.web.screens.conftest import *
from tests.web.browser import watched
import pytest
S={"operator":["/desk?lane=dispatch","/t/<serial_no> @pressed","/desk/new","/explore","/desk?lane=all"],"clerk":["/unit/<serial_no> @dispatched"],"leader":["/leader"],STRANGER:["/sign-in","/public/<tenant>/report","/public/<tenant>/figures"],"discipline":["/discipline/<case_code> @accused"],"analyst":["/city"],"administrator":["/accounts"]}
def test_shots(theatre, browser):
    n=0
    for role,screens in S.items():
        with watched(browser, theatre.address) as w:
            theatre.enter(w, role)
            w.page.context.add_cookies([{"name":"language","value":"en","url":theatre.address}])
            for sc in screens:
                w.page.set_viewport_size({"width":1366,"height":900})
                w.page.goto(theatre.address+theatre.path(sc)); w.settle()
                w.page.screenshot(path=f"/tmp/en/s{n:02d}.png")
                if n in (0,5,8): 
                    w.page.set_viewport_size({"width":390,"height":844}); w.page.screenshot(path=f"/tmp/en/s{n:02d}m.png")
                n+=1
