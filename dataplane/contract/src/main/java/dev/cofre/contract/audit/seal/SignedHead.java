package dev.cofre.contract.audit.seal;

import dev.cofre.contract.transparency.Checkpoint;
import dev.cofre.contract.transparency.SignedNote;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint with its signature. Immutable. Its one extension line, {@code time RFC3339}, says
 * when it was signed.
 *
 * @param note as it was signed
 * @param checkpoint what it says
 */
public record SignedHead(SignedNote note, Checkpoint checkpoint) {
  private static final String TIME = "time ";
  private static final String ENTRY_END = "\n\n";
  private static final int TAIL_BYTES = 16 << 10;

  /** The text of a head of {@code origin} that is signed at {@code time}. */
  public static Checkpoint checkpoint(String origin, long size, byte[] root, Instant time) {
    return new Checkpoint(origin, size, root, List.of(TIME + time));
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when {@code note} is no signed checkpoint
   */
  public static SignedHead parse(String note) {
    SignedNote signed = SignedNote.parse(note);
    return new SignedHead(signed, Checkpoint.parse(signed.text()));
  }

  /** How many records it is over. */
  public long size() {
    return checkpoint.size();
  }

  /** When it was signed, as it says. */
  public String time() {
    return checkpoint.extensions().stream()
        .filter(line -> line.startsWith(TIME))
        .map(line -> line.substring(TIME.length()))
        .findFirst()
        .orElse("an unknown time");
  }

  /** As it stands in a file of heads: the note and an empty line. */
  public String entry() {
    return note + "\n";
  }

  /**
   * What a file of heads holds.
   *
   * @param heads that can be read
   * @param wholeBytes how long the beginning of the file is that consists of them
   * @param isWhole whether that is all of it
   */
  public record Contents(List<SignedHead> heads, int wholeBytes, boolean isWhole) {}

  /** The last head of a file of heads, without reading all of it; empty when it has none. */
  public static Optional<SignedHead> last(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] tail;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(channel.size(), TAIL_BYTES));
      long at = channel.size() - end.capacity();
      while (end.hasRemaining()) {
        if (channel.read(end, at + end.position()) < 0) {
          break;
        }
      }
      tail = Arrays.copyOf(end.array(), end.position());
    }
    String text = new String(tail, StandardCharsets.UTF_8);
    int stop = text.endsWith(ENTRY_END) ? text.length() : text.lastIndexOf(ENTRY_END) + 2;
    for (int tries = 0; tries < 2 && stop > 2; tries++) {
      int split = text.lastIndexOf(ENTRY_END, stop - 3);
      int start = split < 0 ? -1 : text.lastIndexOf(ENTRY_END, split - 1);
      try {
        return Optional.of(parse(text.substring(start < 0 ? 0 : start + 2, stop - 1)));
      } catch (IllegalArgumentException e) {
        // The last one is not whole: what was found is its beginning and the one before.
        stop = split + 2;
      }
    }
    return Optional.empty();
  }

  /** Reads a file of heads, up to what is none; nothing when there is no file. */
  public static Contents read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Contents(List.of(), 0, true);
    }
    byte[] bytes = Files.readAllBytes(file);
    // One char for each byte, so that places in the text are places in the file.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<SignedHead> heads = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int split = text.indexOf("\n\n", at);
      int end = split < 0 ? -1 : text.indexOf("\n\n", split + 2);
      if (end < 0) {
        break;
      }
      try {
        heads.add(parse(new String(bytes, at, end + 1 - at, StandardCharsets.UTF_8)));
      } catch (IllegalArgumentException e) {
        // What cannot be read is told apart by isWhole.
        break;
      }
      at = end + 2;
    }
    return new Contents(heads, at, at == bytes.length);
  }
}
