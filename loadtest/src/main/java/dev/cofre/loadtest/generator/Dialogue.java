package dev.cofre.loadtest.generator;

import java.nio.ByteBuffer;

/** What is said on one connection. Not thread-safe; it never blocks. */
public interface Dialogue {
  /** No bytes. */
  ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /**
   * The bytes of request {@code number}, from position to limit. They are copied before the next
   * call.
   */
  ByteBuffer request(long number);

  /**
   * Takes all bytes of {@code in}, and tells {@code answers} of each answer that is whole.
   *
   * @throws GarbledAnswerException when they are no answer; the connection is closed
   * @throws RefusedConnectionException when the target takes no requests; the connection is closed
   */
  void read(ByteBuffer in, Answers answers)
      throws GarbledAnswerException, RefusedConnectionException;

  /** What the last {@link #read} made it say, besides requests; taken once, and copied at once. */
  default ByteBuffer said() {
    return NOTHING;
  }

  /** The target has ended the connection: an answer that lasts until then is whole. */
  default void ended(Answers answers) {}

  /** What is said before the first request; no bytes: nothing. */
  default byte[] greeting() {
    return new byte[0];
  }

  /** Whether requests may be sent: what answers the {@link #greeting} has come. */
  default boolean isReady() {
    return true;
  }

  /** Whether the connection may carry one more request. */
  boolean goesOn();
}
