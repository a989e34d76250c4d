package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ProblemException;

/**
 * One item of a request: a plaintext to encrypt, or an envelope to decrypt.
 *
 * @param bytes the input; null when {@code problem} says that it could not be read
 * @param problem what is wrong with this item already, or null
 */
public record Item(byte[] bytes, EncryptionContext context, ProblemException problem) {
  /** An item to process. */
  public static Item of(byte[] bytes, EncryptionContext context) {
    return new Item(bytes, context, null);
  }

  /** An item that is wrong in itself; its error is its own. */
  public static Item malformed(ProblemException problem) {
    return new Item(null, EncryptionContext.EMPTY, problem);
  }

  @Override
  public String toString() {
    return "Item[…]";
  }
}
