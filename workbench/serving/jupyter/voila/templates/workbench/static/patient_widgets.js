// A control or exhibit that arrives late is shown late, instead of never.
//
// The widget manager looks for a widget for two seconds and then gives up. On a slow or busy computer, drawing the
// first chart takes longer than that, so the widget may be there by then; it is told "not found" all the same, and
// the exhibit stays empty. Here a search that gave up waits for the manager's next `restored` signal, which its own
// code then follows with a new search, and the signal is repeated while anything on the page still waits.
(function () {
  "use strict";
  const EVERY_MS = 500;
  const GIVE_UP_AFTER = 240;
  let app;
  Object.defineProperty(window, "jupyterapp", {
    configurable: true,
    get: function () { return app; },
    set: function (started) {
      app = started;
      const manager = started.widgetManager;
      if (!manager || !manager.restored) { return; }
      Object.defineProperty(manager, "restoredStatus", { configurable: true, get: function () { return false; } });
      let rounds = 0;
      const again = window.setInterval(function () {
        rounds += 1;
        const cells = document.getElementById("rendered_cells");
        const waiting = cells && cells.textContent.includes("Loading widget...");
        if (!waiting || rounds > GIVE_UP_AFTER) { window.clearInterval(again); return; }
        if (manager._restoredStatus !== false) { manager.restored.emit(); }
      }, EVERY_MS);
    }
  });
})();
