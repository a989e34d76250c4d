package dev.cofre.dataplane.server.http;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * What goes wrong on a connection outside any request. Peers that vanish and peers that send what
 * is not HTTP or TLS are everyday: a line for each would let anybody fill the log. All else is
 * worth a line.
 */
final class ConnectionFailures {
  private static final System.Logger LOG = System.getLogger(ConnectionFailures.class.getName());

  private ConnectionFailures() {}

  static void log(Throwable failure) {
    // What the HTTP decoder refuses comes as an IllegalArgumentException or a DecoderException; its
    // caller was answered with a problem.
    boolean everyday =
        failure instanceof IOException
            || failure instanceof VertxException
            || failure instanceof DecoderException
            || failure instanceof IllegalArgumentException;
    LOG.log(everyday ? Level.DEBUG : Level.WARNING, "a connection failed", failure);
  }
}
