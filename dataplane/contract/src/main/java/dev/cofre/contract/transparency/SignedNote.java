package dev.cofre.contract.transparency;

import dev.cofre.contract.encoding.CanonicalBase64;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text and signatures of it, as C2SP signed-note writes them down. Immutable.
 *
 * <pre>
 * text, of lines that end with a newline
 * (an empty line)
 * — KEY-NAME BASE64(key id u32 ‖ signature)
 * </pre>
 *
 * @param text with its last newline: what the signatures are over
 */
public record SignedNote(String text, List<Signature> signatures) {
  /** Longer ones are refused. */
  public static final int CHARS_MAX = 65_536;

  private static final int SIGNATURES_MAX = 16;
  private static final String DASH = "\u2014 ";

  /** A signature by the key of that name and id. */
  public record Signature(String keyName, int keyId, byte[] bytes) {
    String line() {
      byte[] all = ByteBuffer.allocate(4 + bytes.length).putInt(keyId).put(bytes).array();
      return DASH + keyName + " " + CanonicalBase64.encode(all) + "\n";
    }
  }

  /** Takes a copy. */
  public SignedNote {
    signatures = List.copyOf(signatures);
  }

  /**
   * Reads a note.
   *
   * @throws IllegalArgumentException when {@code note} is none
   */
  public static SignedNote parse(String note) {
    int split = note.lastIndexOf("\n\n");
    if (note.length() > CHARS_MAX || split < 0 || !note.endsWith("\n")) {
      throw new IllegalArgumentException("not a signed note: text, an empty line, signatures");
    }
    if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new IllegalArgumentException("a signed note holds no control characters");
    }
    List<Signature> signatures = new ArrayList<>();
    for (String line : note.substring(split + 2).split("\n")) {
      signatures.add(signature(line));
    }
    if (signatures.size() > SIGNATURES_MAX) {
      throw new IllegalArgumentException("a signed note of too many signatures");
    }
    return new SignedNote(note.substring(0, split + 1), signatures);
  }

  private static Signature signature(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != 3 || !(parts[0] + " ").equals(DASH) || parts[1].isEmpty()) {
      throw new IllegalArgumentException("not a signature line of a note");
    }
    byte[] all = CanonicalBase64.decode(parts[2]);
    if (all.length <= 4) {
      throw new IllegalArgumentException("a signature line without a signature");
    }
    return new Signature(
        parts[1], ByteBuffer.wrap(all).getInt(), Arrays.copyOfRange(all, 4, all.length));
  }

  /** What the signatures are over. */
  public byte[] signedBytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** As it is written down. */
  @Override
  public String toString() {
    StringBuilder note = new StringBuilder(text).append('\n');
    signatures.forEach(signature -> note.append(signature.line()));
    return note.toString();
  }
}
