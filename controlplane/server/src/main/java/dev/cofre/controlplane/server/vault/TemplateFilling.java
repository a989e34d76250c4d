package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.domain.SecretTemplate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Opens values and fills the templates among them. What is filled in is never looked at for places:
 * a value that is no template stays as it is, whatever it holds. Not thread-safe; {@link #close}
 * overwrites all values.
 */
public final class TemplateFilling implements AutoCloseable {
  private final SecretSealer sealer;
  private final Map<SecretTree, byte[]> values = new HashMap<>();

  /** Opens with {@code sealer}. */
  public TemplateFilling(SecretSealer sealer) {
    this.sealer = sealer;
  }

  /**
   * The value of {@code tree}, filled; overwritten by {@link #close}.
   *
   * @throws DamagedValueException when one does not verify, or does not refer to what its row says
   * @throws ProblemException {@code payload_too_large} when it is longer than a value may be;
   *     {@code conflict} when a value does not fit into its place
   */
  public byte[] value(SecretTree tree) {
    byte[] known = values.get(tree);
    if (known != null) {
      return known;
    }
    byte[] value = sealer.open(tree.sealed());
    if (tree.sealed().version().template()) {
      byte[] text = value;
      try {
        value = filled(tree, text);
      } finally {
        Arrays.fill(text, (byte) 0);
      }
    }
    values.put(tree, value);
    return value;
  }

  private byte[] filled(SecretTree tree, byte[] text) {
    SecretTemplate template = template(tree, text);
    Map<SecretReference, byte[]> found = new HashMap<>();
    tree.references().forEach((reference, to) -> found.put(reference, value(to)));
    try {
      return template.filled(found, SecretTemplate.BYTES_MAX);
    } catch (SecretTemplate.UnfitException e) {
      throw new ProblemException(
          e.isTooLong() ? ErrorCode.PAYLOAD_TOO_LARGE : ErrorCode.CONFLICT,
          "the template " + tree.sealed().secret().name() + " cannot be filled: " + e.getMessage());
    }
  }

  /** The names in the store were what the reader was let through by; the text is what counts. */
  private static SecretTemplate template(SecretTree tree, byte[] text) {
    return parsed(text)
        .filter(template -> template.references().equals(tree.references().keySet()))
        .orElseThrow(
            () ->
                new DamagedValueException(
                    "version "
                        + tree.sealed().version().number()
                        + " of the secret "
                        + tree.sealed().secret().name()
                        + " does not refer to what its row says: the store was changed by another"
                        + " hand"));
  }

  /** It was a template when it was written. */
  private static Optional<SecretTemplate> parsed(byte[] text) {
    try {
      return Optional.of(SecretTemplate.parse(text));
    } catch (InvalidDocumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    values.values().forEach(value -> Arrays.fill(value, (byte) 0));
    values.clear();
  }
}
