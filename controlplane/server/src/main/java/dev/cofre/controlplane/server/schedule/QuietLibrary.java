package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.server.store.StoreException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Passes on what the scheduler's library logs, but for what it logs because the store is away: it
 * does so with every look at its table, and readiness tells it already. Thread-safe.
 */
final class QuietLibrary extends Handler {
  /** Held, so that the handler is not collected with it. */
  private static final Logger LIBRARY = Logger.getLogger("com.github.kagkarlsson");

  private QuietLibrary() {}

  /** Begins, once in a process. */
  static synchronized void install() {
    for (Handler handler : LIBRARY.getHandlers()) {
      if (handler instanceof QuietLibrary) {
        return;
      }
    }
    LIBRARY.setUseParentHandlers(false);
    LIBRARY.addHandler(new QuietLibrary());
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getThrown() != null && StoreException.isAway(record.getThrown())) {
      return;
    }
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.publish(record);
    }
  }

  @Override
  public void flush() {
    // Nothing is held.
  }

  @Override
  public void close() {
    // The root's handlers are the process's.
  }
}
