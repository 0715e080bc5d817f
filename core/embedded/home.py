"""Where an installation keeps what is its own: the home folder, and the servers' data and sockets."""

import json
import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import core
from core.embedded.account import Account, own_account, service_account
from core.embedded.errors import HomeUnusable
from core.embedded.files import draft_private, is_open_to_others, private_folder, write_private
from core.embedded.places import sockets_for, state_for


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation, and the passwords its services know each other by.

    `state` holds the servers' data and is the home itself, except for root: the servers run under another account,
    which must reach their data without root's own folders being opened to it.
    """

    path: Path
    state: Path
    sockets: Path
    account: Account
    owner_password: str
    app_password: str
    redis_password: str

    @property
    def up_lock(self) -> Path:
        """Held by `huiying up` and everything it started."""
        return self.path / "up.lock"

    @property
    def up_record(self) -> Path:
        """Which process that is, and at which address."""
        return self.path / "up.json"

    @property
    def keys(self) -> Path:
        return self.path / "keys.json"

    @property
    def services(self) -> Path:
        return services_file(self.path)

    @property
    def cluster(self) -> Path:
        return self.state / "postgres"

    @property
    def queue(self) -> Path:
        return self.state / "valkey"

    @property
    def logs(self) -> Path:
        return self.path / "log"


def default_home() -> Path:
    """Return HUIYING_HOME, or `.local` in the checkout, or the user's folder for state when there is no checkout."""
    if named := os.environ.get("HUIYING_HOME"):
        return Path(named).absolute()
    checkout = Path(core.__file__).parents[1]
    if (checkout / "pyproject.toml").exists():
        return checkout / ".local"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "huiying"


def services_file(path: Path) -> Path:
    """Return where a home keeps its services' passwords and folders."""
    return path / "services.json"


def exists(path: Path) -> bool:
    """Return whether this folder has been a home before."""
    return services_file(path).exists()


def open_home(path: Path) -> Home:
    """Open a home, making what is missing: folders of mode 0700, fresh passwords in a file of mode 0600.

    Raises `HomeUnusable` when it belongs to someone else or cannot be written.
    """
    path = path.absolute()
    _refuse_anothers(path)
    account = service_account()
    try:
        _make_private(path)
        stored = _stored(path) or _create(path, account)
    except OSError as error:
        raise HomeUnusable(f"无法使用 {path}（{error.strerror}）。请检查权限和磁盘，或换一个 HUIYING_HOME。") from error
    home = _home(path, stored, account)
    own = own_account()
    private_folder(home.logs, uid=own.uid, gid=own.gid)
    if home.state != path:
        home.state.mkdir(mode=0o711, parents=True, exist_ok=True)
    return _with_safe_sockets(home, stored)


def find_home(path: Path) -> Home | None:
    """Return the home as it is, touching nothing; None when the folder never was one. Raises `HomeUnusable`."""
    path = path.absolute()
    _refuse_anothers(path)
    stored = _stored(path)
    return _home(path, stored, service_account()) if stored else None


def _make_private(path: Path) -> None:
    """Make the home, or close an empty folder that was made for it; one open to all, like /tmp, is left as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_open_to_others(path) and not path.stat().st_mode & stat.S_ISVTX and not any(path.iterdir()):
        path.chmod(0o700)


def _refuse_anothers(path: Path) -> None:
    if not path.exists() or path.stat().st_uid == os.geteuid():
        return
    try:
        owner = pwd.getpwuid(path.stat().st_uid).pw_name
    except KeyError:
        owner = str(path.stat().st_uid)
    raise HomeUnusable(f"{path} 属于账户 {owner}。请以该账户运行，或用 HUIYING_HOME 指定另一个文件夹。")


def _stored(path: Path) -> dict[str, str] | None:
    try:
        stored: Any = json.loads(services_file(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise HomeUnusable(
            f"{services_file(path)} 已损坏。删除它即可：下次启动会生成新的服务密码，数据不受影响。"
        ) from None
    return {str(key): str(value) for key, value in stored.items()}


def _create(path: Path, account: Account) -> dict[str, str]:
    state = state_for(path, account)
    stored = {"state": str(state), "sockets": str(sockets_for(state, account))}
    stored |= {name: secrets.token_urlsafe(24) for name in ("owner_password", "app_password", "redis_password")}
    draft = draft_private(services_file(path), json.dumps(stored, indent=2))
    try:
        os.link(draft, services_file(path))  # the first of two processes wins; the other reads the winner's file
    except FileExistsError:
        return _stored(path) or stored
    finally:
        draft.unlink()
    return stored


def _home(path: Path, stored: dict[str, str], account: Account) -> Home:
    try:
        return Home(
            path=path,
            state=Path(stored["state"]),
            sockets=Path(stored["sockets"]),
            account=account,
            owner_password=stored["owner_password"],
            app_password=stored["app_password"],
            redis_password=stored["redis_password"],
        )
    except KeyError as missing:
        raise HomeUnusable(
            f"{services_file(path)} 缺少 {missing}。删除它即可：下次启动会重新生成，数据不受影响。"
        ) from None


def _with_safe_sockets(home: Home, stored: dict[str, str]) -> Home:
    """See that the socket folder is the servers' own; take a new one when somebody else has made it meanwhile."""
    try:
        private_folder(home.sockets, uid=home.account.uid, gid=home.account.gid)
    except HomeUnusable:
        if home.sockets == home.state / "run":
            raise
        stored["sockets"] = str(sockets_for(home.state, home.account))
        write_private(home.services, json.dumps(stored, indent=2))
        home = _home(home.path, stored, home.account)
        private_folder(home.sockets, uid=home.account.uid, gid=home.account.gid)
    return home
