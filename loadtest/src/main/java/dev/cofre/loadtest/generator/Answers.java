package dev.cofre.loadtest.generator;

/** Takes what a {@link Dialogue} has understood. */
public interface Answers {
  /**
   * Request {@code number} has its whole answer.
   *
   * @param code why it was refused, or null when it was done
   */
  void answered(long number, String code);
}
