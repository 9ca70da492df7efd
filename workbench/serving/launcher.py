"""Start the dashboards or JupyterLab on this machine, for the person who starts them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ServingError
from workbench.kernels import kernel_environment

if TYPE_CHECKING:
    from workbench.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost")
USUAL_PORT = 8866
#: Whom the dashboards are for unless it is said otherwise.
AUDIENCE = "lead"
TEMPLATES = Path(__file__).parent / "jupyter"
_AUDIENCE_LINE = re.compile(r'^audience: str = "\w+"', re.MULTILINE)
_ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    audience: str = AUDIENCE,
    open_browser: bool = True,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Serve the dashboards until stopped; only a browser on this machine that knows the token is let in.

    Args:
        settings: the warehouse and thresholds that the dashboards use.
        host: a loopback address.
        port: the port; the usual one, or any free one where that is taken, when left out.
        audience: who will look. It is settled here and cannot be changed from a browser.
        open_browser: open the ready address in the usual browser.
        say: told the ready address.

    Raises:
        ServingError: another host was asked for, or the port is taken.
        SnapshotError: nothing has been loaded yet.
    """
    if host not in LOOPBACK:
        raise ServingError(
            f"`--host` is {host!r}: dashboards are served on this machine only ({', '.join(LOOPBACK)}). Serving other "
            "people needs to know who they are and what each may see, and this team mode is not available yet."
        )
    from workbench import open_workbench
    from workbench.dashboards import page_specs
    from workbench.packs.plan import board_pack_notebooks

    open_workbench(settings=settings, audience=audience).snapshot.close()
    # voila looks for page templates here; it must know before it is imported.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(TEMPLATES), os.environ.get("JUPYTER_PATH")]))
    from workbench.serving.landing import LandingPages
    from workbench.serving.server import dashboard_server

    notebooks = board_pack_notebooks()
    specs = page_specs()
    token = secrets.token_urlsafe(24)
    sockets = [_open_socket(port)]
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/?token={token}"

    def ready() -> None:
        say(address)
        if open_browser:
            webbrowser.open(address)

    with tempfile.TemporaryDirectory(prefix="workbench-serving-", ignore_cleanup_errors=True) as private:
        server = dashboard_server(
            folder=str(notebooks_for(audience, notebooks, Path(private) / "notebooks")),
            dashboards=[(path.stem, specs[path.stem].title) for path in notebooks],
            environment=kernel_environment(settings, Path(private)),
            landing=LandingPages(settings, [path.stem for path in notebooks], audience).current,
            sockets=sockets,
            token=token,
            ready=ready,
        )
        server.start()


def notebooks_for(audience: str, notebooks: Sequence[Path], folder: Path) -> Path:
    """Copy notebooks into a folder with the audience they are shown to, and return the folder.

    The copies are made before a browser can ask for anything, so that no address, cookie or control can widen what is
    shown.

    Raises:
        ServingError: a notebook has no parameter for its audience.
    """
    folder.mkdir(parents=True)
    for path in notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "parameters" in cell["metadata"].get("tags", []):
                said, replaced = _AUDIENCE_LINE.subn(f'audience: str = "{audience}"', "".join(cell["source"]))
                break
        else:
            replaced = 0
        if not replaced:
            raise ServingError(f"The notebook {path.name!r} has no parameter `audience`, so it cannot be served.")
        cell["source"] = said
        (folder / path.name).write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def open_lab(settings: Settings, *, port: int | None = None, open_browser: bool = True) -> Path:
    """Start JupyterLab on a working copy of the notebooks and return the copy's folder when it ends.

    Work goes on in a copy under the home folder: exploring must not change a reviewed notebook, and the copy stays
    when the workbench is updated. A notebook in the copy that nobody has changed follows the reviewed one.

    Raises:
        ServingError: the port is taken.
    """
    folder = working_copy(settings)
    if port is not None:
        _open_socket(port).close()
    with tempfile.TemporaryDirectory(prefix="workbench-lab-", ignore_cleanup_errors=True) as private:
        os.environ["WORKBENCH_CONFIG"] = kernel_environment(settings, Path(private))["WORKBENCH_CONFIG"]
        # The question whether to fetch news has only one answer here, so it is not asked.
        page_config = Path(private) / "labconfig" / "page_config.json"
        page_config.parent.mkdir()
        page_config.write_text(json.dumps({"disabledExtensions": {_ANNOUNCEMENTS: True}}), encoding="utf-8")
        others = os.environ.get("JUPYTER_CONFIG_PATH")
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([private, *([others] if others else [])])
        from jupyterlab.labapp import LabApp

        LabApp.launch_instance(
            argv=[
                f"--ServerApp.root_dir={folder}",
                "--ServerApp.ip=127.0.0.1",
                "--ServerApp.allow_remote_access=False",
                "--ServerApp.allow_root=True",
                "--KernelManager.transport_encryption=auto",
                # Dashboards are served by `workbench serve`, which closes the doors that this extension leaves open.
                "--ServerApp.jpserver_extensions={'voila.server_extension': False}",
                # JupyterLab otherwise asks other hosts for news, newer versions and extensions.
                "--LabApp.extension_manager=readonly",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.news_url=None",
                f"--ServerApp.open_browser={open_browser}",
                *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []),
            ]
        )
    return folder


def working_copy(settings: Settings) -> Path:
    """Bring the working copy of the notebooks up to date and return its folder.

    A copied notebook is replaced by a newer reviewed one only while it is as it was copied; once somebody has
    changed it, it is theirs.
    """
    from workbench.packs.plan import board_pack_notebooks

    folder = settings.home / "notebooks"
    as_copied = folder / ".as_copied"
    as_copied.mkdir(parents=True, exist_ok=True)
    for reviewed in board_pack_notebooks():
        copy, mark = folder / reviewed.name, as_copied / f"{reviewed.stem}.sha256"
        untouched = mark.is_file() and copy.is_file() and mark.read_text(encoding="utf-8") == _digest(copy)
        if not copy.exists() or untouched:
            shutil.copyfile(reviewed, copy)
            mark.write_text(_digest(copy), encoding="utf-8")
    return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _open_socket(port: int | None) -> socket.socket:
    """Open a socket on this machine's own address: the port asked for, else the usual one, else any free one."""
    for candidate in [port] if port is not None else [USUAL_PORT, 0]:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform != "win32":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", candidate))
        except OSError:
            found.close()
            continue
        found.setblocking(False)
        found.listen(128)
        return found
    raise ServingError(
        f"The port {port} is in use or not allowed. Choose another with `--port`, or leave `--port` out."
    )
