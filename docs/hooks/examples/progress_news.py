"""The core fills in number, unit, due time and where it goes on; a step that is not told gets no answer."""

from core.hooks import ProgressNews, hookimpl

WORDS = {
    "dispatched": "您反映的事（{serial_no}）已交给{unit}办理，{due}前答复您。进展：{page}",
    "concluded": "您反映的事（{serial_no}）已经办好。看答复、作评价：{rate}",
}


@hookimpl
def progress_news(step):
    if step.name not in WORDS:
        return None
    return [ProgressNews(WORDS[step.name], True, step.name == "concluded", "elsewhere.progress/step", "每步告知")]
