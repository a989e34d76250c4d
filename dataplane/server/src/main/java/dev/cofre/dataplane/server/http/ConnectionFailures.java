package dev.cofre.dataplane.server.http;

import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * What goes wrong on a connection outside any request: peers that vanish are everyday, all else is
 * worth a line.
 */
final class ConnectionFailures {
  private static final System.Logger LOG = System.getLogger(ConnectionFailures.class.getName());

  private ConnectionFailures() {}

  static void log(Throwable failure) {
    boolean everyday =
        failure instanceof IOException || failure instanceof io.vertx.core.VertxException;
    LOG.log(everyday ? Level.DEBUG : Level.WARNING, "a connection failed", failure);
  }
}
