package dev.cofre.controlplane.server.alert;

import dev.cofre.documents.alert.Alert;
import java.io.IOException;

/** Where alerts go. Used by one thread, but for {@link #abort()}. */
interface AlertChannel extends AutoCloseable {
  /**
   * Sends {@code alert}; when it returns, the receiver has it.
   *
   * @return what the receiver answered, for people
   * @throws IOException when it is not sure that it has it
   */
  String send(Alert alert) throws IOException;

  /** Has a call of {@link #send} that takes too long fail soon. Any thread; never blocks. */
  void abort();

  @Override
  void close();
}
