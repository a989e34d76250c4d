package dev.cofre.loadtest.wire;

import io.netty.buffer.ByteBuf;

/** What is said on one connection, with prepared bytes. Not thread-safe. */
interface WireTalk {
  /** What is sent before the first request; no bytes: nothing. */
  byte[] greeting();

  /** Writes the next request. */
  void request(ByteBuf out);

  /**
   * Reads all of {@code in} that is whole; what must be said in return goes to {@code out}.
   *
   * @return how many answers were whole
   * @throws IllegalStateException when an answer is not as expected
   */
  int read(ByteBuf in, ByteBuf out);
}
