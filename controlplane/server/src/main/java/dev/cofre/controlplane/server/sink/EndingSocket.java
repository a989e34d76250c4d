package dev.cofre.controlplane.server.sink;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * A socket that knows whether the other side has ended the connection. TLS of the JDK takes the end
 * of TCP for that of TLS, but a receiver that was killed has ended TCP alone. Thread-safe as its
 * superclass.
 */
final class EndingSocket extends Socket {
  private volatile boolean ended;

  /** Whether the end was read. */
  boolean hasEnded() {
    return ended;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        return noted(super.read());
      }

      @Override
      public int read(byte[] bytes, int from, int count) throws IOException {
        return noted(super.read(bytes, from, count));
      }

      private int noted(int result) {
        ended |= result < 0;
        return result;
      }
    };
  }
}
