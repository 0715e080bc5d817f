"""What a feature's pages, commands and jobs must be so that the core can run them, and blocks so that it can show them."""

import re
from typing import Any

from core.hooks.values import Block, CommandSpec, FactsBlock, JobSpec, PageSpec, TableBlock, TextBlock
from core.kit.saying import joined, said, word

PATH = re.compile(r"[a-z0-9][a-z0-9-]{0,40}(/[a-z0-9][a-z0-9-]{0,40}){0,3}\Z")
NAME = re.compile(r"[a-z][a-z0-9-]{0,40}\Z")
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
LONGEST_LABEL = 20
LONGEST_HELP = 200
MOST_JOB_SECONDS = 600


def flaw_of_part(answer: Any) -> str:
    """Return why the core cannot carry out this spec or show this block, in words; nothing when it can, or knows neither."""
    match answer:
        case PageSpec():
            return _flaw_of_page(answer)
        case CommandSpec():
            return _flaw_of_command(answer)
        case JobSpec():
            return _flaw_of_job(answer)
        case TableBlock():
            uneven = any(len(row) != len(answer.columns) for row in answer.rows)
            return "表格各行的格数要与列数相同" if uneven or not answer.columns else ""
        case TextBlock() | FactsBlock():
            return ""
        case Block():
            return said("页面上没有 {name} 这种块", name=type(answer).__name__)
    return ""


def _flaw_of_page(page: PageSpec) -> str:
    if not PATH.match(page.path):
        return "页面的路径应为小写字母、数字和 -，各段以 / 隔开"
    if not 1 <= len(page.label.strip()) <= LONGEST_LABEL:
        return said("页面的名称应为 1 到 {longest_label} 个字", longest_label=LONGEST_LABEL)
    if bool(page.submit) != bool(page.form):
        return "页面的 submit 和 form 要么都有，要么都没有"
    return _flaw_of_names(page.show, *filter(None, (page.submit, page.form)))


def _flaw_of_command(command: CommandSpec) -> str:
    if not NAME.match(command.name):
        return "命令的名称应为小写字母开头的字母、数字和 -"
    if not 1 <= len(command.help.strip()) <= LONGEST_HELP:
        return said("命令的说明应为 1 到 {longest_help} 个字", longest_help=LONGEST_HELP)
    return _flaw_of_names(command.run, *filter(None, (command.form,)))


def _flaw_of_job(job: JobSpec) -> str:
    if not NAME.match(job.name):
        return "定时工作的名称应为小写字母开头的字母、数字和 -"
    if not 1 <= len(job.label.strip()) <= LONGEST_LABEL:
        return said("定时工作的名称应为 1 到 {longest_label} 个字", longest_label=LONGEST_LABEL)
    if not TIME_OF_DAY.match(job.at):
        return "定时工作的时间应写成 HH:MM"
    if not 1 <= job.seconds <= MOST_JOB_SECONDS:
        return said("定时工作最多 {most_job_seconds} 秒", most_job_seconds=MOST_JOB_SECONDS)
    return _flaw_of_names(job.run)


def _flaw_of_names(*names: str) -> str:
    wrong = [name for name in names if not name.isidentifier() or name.startswith("_")]
    return said("{wrong} 不是模块中的公开名称", wrong=joined("、", wrong) or word("空")) if wrong else ""
