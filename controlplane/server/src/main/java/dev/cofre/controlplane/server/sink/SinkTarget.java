package dev.cofre.controlplane.server.sink;

import java.io.IOException;

/** Where a sink's events go. Used by one thread, but for {@link #abort()}. */
interface SinkTarget extends AutoCloseable {
  /**
   * Sends {@code batch}; when it returns, the receiver has all of it. After a failure it is called
   * with the same batch again.
   *
   * @throws IOException when it is not sure that the receiver has all of it
   */
  void send(Batch batch) throws IOException;

  /** Has a call of {@link #send} that takes too long fail soon. Any thread; never blocks. */
  void abort();

  @Override
  void close();
}
