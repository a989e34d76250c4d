package dev.cofre.dataplane.server.http;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * What goes wrong on a connection outside any request: peers that vanish or send what is no HTTP
 * are everyday, all else is worth a line.
 */
final class ConnectionFailures {
  private static final System.Logger LOG = System.getLogger(ConnectionFailures.class.getName());

  private ConnectionFailures() {}

  static void log(Throwable failure) {
    boolean everyday =
        failure instanceof IOException
            || failure instanceof VertxException
            || failure instanceof DecoderException
            || failure instanceof IllegalArgumentException;
    LOG.log(everyday ? Level.DEBUG : Level.WARNING, "a connection failed", failure);
  }
}
