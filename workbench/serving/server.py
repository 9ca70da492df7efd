"""The dashboards' server: voila, standing alone, with every door closed that a dashboard does not need.

As it comes, voila lets anybody in, lists the folder, hands out pictures without a login, takes a template from the
address, gives each kernel the whole environment of the server and writes a failing cell's message to its log. Here
each of these is closed; tests/serving starts the server and tries the doors.
"""

from __future__ import annotations

import logging
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tornado.web
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait
from traitlets.config import Config
from voila.app import Voila
from voila.handler import BaseVoilaHandler
from voila.tornado.handler import TornadoVoilaHandler

from workbench.errors import SnapshotError
from workbench.serving.landing import Landing

IDLE_SECONDS = 1800
FAILED = "This part of the dashboard could not be made. Whoever runs the workbench can find out why in JupyterLab."
# voila and JupyterLab put scripts and styles into the page, and widgets load their code from blobs. Nothing at all
# may come from, or go to, another host.
SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# Controls and charts. Whatever else is installed for JupyterLab stays out of a dashboard: it costs time and may fail.
BROWSER_EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "jupyterlab-plotly"]
SERVED_PATHS = (
    r"/api/kernels/", r"/voila/templates/", r"/voila/static/", r"/voila/api/shutdown/", r"/voila/labextensions/",
    r"/voila/api/themes/", "/login", "/logout",
)  # fmt: skip


class DashboardKernels(AsyncMappingKernelManager):
    """Starts kernels with the environment they need and nothing of the server's."""

    environment: Mapping[str, str] = {}

    def _kernel_start_kwargs(self, **options: Any) -> dict[str, Any]:
        prepared: dict[str, Any] = super()._kernel_start_kwargs(**options)
        return prepared | {
            "env": dict(self.environment),
            "transport_encryption": "auto",
            # What a kernel writes past the page can hold values of records.
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }


class DashboardServer(Voila):  # type: ignore[misc]
    """Voila with a landing page, the named notebooks, and nothing else to reach."""

    environment = AnyTrait()
    landing = AnyTrait()
    dashboards = AnyTrait()
    sockets = AnyTrait()
    ready = AnyTrait()

    def init_settings(self) -> dict[str, Any]:
        """Add what our handlers and kernels need to voila's settings."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.environment = self.environment
        return settings | {
            "landing": self.landing,
            "allow_remote_access": False,
            # tornado's line about each request holds the whole address, and so the token.
            "log_function": lambda handler: None,
            "allow_unauthenticated_access": False,
            "headers": {"Content-Security-Policy": SECURITY_POLICY, "Referrer-Policy": "same-origin"},
        }

    def init_handlers(self) -> list[Any]:
        """Keep only the addresses that a dashboard uses, and put our own landing page and notebooks beside them."""
        kept = [handler for handler in super().init_handlers() if str(handler[0]).startswith(SERVED_PATHS)]
        names = "|".join(name for name, _ in self.dashboards)
        options = {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        return [
            *kept,
            (r"/", LandingHandler, {"voila_configuration": self.voila_configuration}),
            (rf"/voila/render/((?:{names})\.ipynb)", TornadoVoilaHandler, options),
            (r"/.*", NothingHere, {"voila_configuration": self.voila_configuration}),
        ]

    def listen(self) -> None:
        """Listen on the sockets that the launcher opened, until stopped."""
        server = HTTPServer(self.app)
        server.add_sockets(self.sockets)
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.ready)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.info("Stopping.")
        finally:
            server.stop()
            self.stop()


class LandingHandler(BaseVoilaHandler):  # type: ignore[misc]
    """The first page."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Answer with the questions and their latest findings; work them out beside the server's own thread."""
        if self.get_query_argument("token", ""):
            # The cookie is set by now: the token need not stay in the address bar and the history.
            self.redirect(self.base_url)
            return
        make: Callable[[], Landing] = self.settings["landing"]
        try:
            landing = await IOLoop.current().run_in_executor(None, make)
        except SnapshotError as problem:
            raise tornado.web.HTTPError(503, reason="Nothing is loaded yet") from problem
        self.write(self.render_template("landing.html", landing=landing))


class NothingHere(BaseVoilaHandler):  # type: ignore[misc]
    """Every other address: the login for those who are not logged in, and nothing for those who are."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Say that there is nothing."""
        raise tornado.web.HTTPError(404)

    post = put = patch = delete = get


class WithoutValues(logging.Filter):
    """Keeps what a failing cell said out of the server's log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Reduce a message about a failed cell to the kind of failure."""
        if record.exc_info or record.exc_text or "cell" in str(record.msg).casefold():
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "an error"
            record.msg, record.args = f"A cell of a dashboard failed with {kind}; its message is not logged.", ()
            record.exc_info = record.exc_text = None
        return True


def dashboard_server(
    *,
    folder: str,
    dashboards: Sequence[tuple[str, str]],
    environment: Mapping[str, str],
    landing: Callable[[], Landing],
    sockets: Sequence[socket.socket],
    token: str,
    ready: Callable[[], None],
) -> DashboardServer:
    """Return the server, set up and not yet started.

    Args:
        folder: where the notebooks lie.
        dashboards: name and title of each notebook to be served; no other file of the folder is.
        environment: the whole environment of each kernel.
        landing: makes the first page.
        sockets: open sockets to listen on.
        token: what a browser must know to be let in.
        ready: called once the server listens.
    """
    server = DashboardServer(
        config=Config(
            {
                "VoilaConfiguration": {
                    "template": "workbench",
                    "theme": "light",
                    "allow_template_override": "NO",
                    "allow_theme_override": "NO",
                    "file_allowlist": [],
                    "strip_sources": True,
                    "show_tracebacks": False,
                    "multi_kernel_manager_class": DashboardKernels,
                    "extension_allowlist": BROWSER_EXTENSIONS,
                    "resources": {"dashboards": [{"id": name, "title": title} for name, title in dashboards]},
                },
                "VoilaExecutor": {"cell_error_instruction": FAILED, "timeout": 120},
                "MappingKernelManager": {"cull_idle_timeout": IDLE_SECONDS, "cull_interval": 60},
            }
        ),
        # No settings file of voila's may open again what is closed here.
        config_file_paths=[],
        root_dir=folder,
        ip="127.0.0.1",
        port=sockets[0].getsockname()[1],
        open_browser=False,
        token=token,
        environment=environment,
        landing=landing,
        dashboards=tuple(dashboards),
        sockets=list(sockets),
        ready=ready,
        log_level=logging.ERROR,
    )
    server.initialize([])
    for handler in server.log.handlers:
        handler.addFilter(WithoutValues())
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    return server
