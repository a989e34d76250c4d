package dev.cofre.loadtest.observe;

import java.nio.ByteBuffer;

/** The least that a server must do for the answers of a protocol. */
interface NullAnswers {
  /** An answer has at most so many bytes. */
  int BYTES_MAX = 160;

  /**
   * Takes one request from {@code in}, and puts its answer into {@code out}; false, and nothing is
   * taken, when none is whole.
   */
  boolean answer(ByteBuffer in, ByteBuffer out);
}
