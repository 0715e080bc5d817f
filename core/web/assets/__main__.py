"""`python -m core.web.assets`: copy the assets of this checkout, and say what was done or what to do first."""

import sys
from pathlib import Path

from core.kit.saying import said
from core.web.assets import copy_assets

try:
    copied = copy_assets(Path(__file__).parents[3] / "node_modules")
except FileNotFoundError as error:
    sys.exit(
        said("前端组件缺失：{filename}。请先运行 npm ci；不运行也能使用，只是页面整页刷新。", filename=error.filename)
    )
sys.stdout.write("".join(f"core/web/static/vendor/{name}\n" for name in copied))
