package dev.cofre.engine.request;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;

/**
 * What became of one item: bytes, or a problem.
 *
 * @param bytes the envelope or the plaintext; null when there is a problem
 * @param key the key that was used; null when it was not found out
 * @param keyVersion the version that was used
 * @param dataKeyId the data key that was used, or null
 * @param plaintextLength how many bytes of plaintext were processed
 * @param problem null when all is well
 */
public record Outcome(
    byte[] bytes,
    KeyMetadata key,
    int keyVersion,
    String dataKeyId,
    long plaintextLength,
    ProblemException problem) {

  static Outcome failed(
      KeyMetadata key, int keyVersion, String dataKeyId, ProblemException problem) {
    return new Outcome(null, key, keyVersion, dataKeyId, 0, problem);
  }

  static Outcome failed(ProblemException problem) {
    return failed(null, -1, null, problem);
  }

  /** The one answer to every envelope that is not valid, whatever is wrong with it. */
  public static ProblemException invalidCiphertext() {
    return new ProblemException(
        ErrorCode.INVALID_CIPHERTEXT,
        "the envelope is not valid: it was changed or cut, or its encryption context is another one; send it as it was answered, with the same context");
  }

  @Override
  public String toString() {
    return "Outcome[" + (problem == null ? "ok" : problem.code().code()) + "]";
  }
}
