package dev.cofre.loadtest.generator;

import java.nio.ByteBuffer;

/** What is said on one connection. Not thread-safe; it never blocks. */
public interface Dialogue {
  /**
   * The bytes of request {@code number}, from position to limit. The generator moves the position
   * and forgets the buffer when all was sent.
   */
  ByteBuffer request(long number);

  /**
   * Takes all bytes of {@code in}, and tells {@code answers} of each answer that is whole.
   *
   * @throws GarbledAnswerException when they are no answer; the connection is closed
   */
  void read(ByteBuffer in, Answers answers) throws GarbledAnswerException;

  /** Whether the connection may carry one more request. */
  boolean goesOn();
}
