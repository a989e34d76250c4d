package dev.cofre.contract.transparency;

import dev.cofre.contract.encoding.CanonicalBase64;
import java.util.Arrays;
import java.util.List;

/**
 * The head of a log: how many leaves it has, and the root of the tree over them (C2SP
 * tlog-checkpoint). Immutable.
 *
 * @param origin which log
 * @param extensions further lines
 */
public record Checkpoint(String origin, long size, byte[] root, List<String> extensions) {
  private static final int LINES_LEAST = 3;

  /** Takes a copy. */
  public Checkpoint {
    root = root.clone();
    extensions = List.copyOf(extensions);
  }

  /**
   * Reads the text of a checkpoint.
   *
   * @throws IllegalArgumentException when {@code text} is none
   */
  public static Checkpoint parse(String text) {
    String[] lines = text.split("\n");
    if (lines.length < LINES_LEAST
        || !text.endsWith("\n")
        || Arrays.stream(lines).anyMatch(String::isEmpty)
        || !NoteKey.isName(lines[0])
        || !lines[1].matches("0|[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("not a checkpoint: origin, size and root, each in a line");
    }
    byte[] root = CanonicalBase64.decode(lines[2]);
    if (root.length != MerkleHash.LENGTH) {
      throw new IllegalArgumentException("a checkpoint's root has 32 bytes");
    }
    return new Checkpoint(
        lines[0],
        Long.parseLong(lines[1]),
        root,
        Arrays.asList(lines).subList(LINES_LEAST, lines.length));
  }

  /** The root of its tree. */
  @Override
  public byte[] root() {
    return root.clone();
  }

  /** Whether {@code other} is the root of its tree. */
  public boolean hasRoot(byte[] other) {
    return Arrays.equals(root, other);
  }

  /** What is signed. */
  public String text() {
    StringBuilder text =
        new StringBuilder(origin)
            .append('\n')
            .append(size)
            .append('\n')
            .append(CanonicalBase64.encode(root))
            .append('\n');
    extensions.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
