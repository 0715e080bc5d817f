"""Only what is answered alike every time belongs here; what depends on the case is somebody's to find out."""

from core.hooks import ReplyHint, hookimpl


@hookimpl
def suggest_reply(ticket):
    if "办事窗口几点" not in ticket.text:
        return None
    text = "您好，政务服务中心窗口周一至周五 9:00 至 12:00、14:00 至 18:00 办公。"
    return [ReplyHint(text, "elsewhere.instant/hours", "常见问题：办公时间")]
