package dev.cofre.controlplane.server.store;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The highest (epoch, revision) that was ever committed to an H2 file, in a small file beside it.
 *
 * <p>H2 goes back to an older state of its own, or to an empty one, when the end of its file is
 * damaged, and says nothing. A store that is below its mark is not opened. The mark is raised after
 * each commit: it is never above what was committed.
 *
 * <p>Thread-safe. The file is written in place, in one write of fixed length.
 */
final class HeadMark implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HeadMark.class.getName());
  private static final String FILE_URL = "jdbc:h2:file:";
  private static final Pattern LINE = Pattern.compile("([0-9]{19}) ([0-9]{19})\n");

  private final Path path;
  private final FileChannel file;
  private SnapshotHead highest;
  private boolean told;

  private HeadMark(Path path, FileChannel file, SnapshotHead highest) {
    this.path = path;
    this.file = file;
    this.highest = highest;
  }

  /** The mark beside the H2 file of {@code url}; empty when the store is elsewhere. */
  static Optional<HeadMark> beside(String url) {
    if (!url.startsWith(FILE_URL)) {
      return Optional.empty();
    }
    String database = url.substring(FILE_URL.length()).split(";", 2)[0];
    Path path = Path.of(database.replaceFirst("^~", System.getProperty("user.home")) + ".head");
    try {
      FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return Optional.of(new HeadMark(path, file, read(path)));
    } catch (IOException e) {
      throw StoreException.notOpened(url, e);
    }
  }

  private static SnapshotHead read(Path path) throws IOException {
    Matcher line = LINE.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
    return line.matches()
        ? new SnapshotHead(
            Long.parseLong(line.group(1)), Long.parseLong(line.group(2)), new byte[0])
        : SnapshotHead.NONE;
  }

  /**
   * Checks what the store says when it is opened.
   *
   * @throws StoreException when it is behind the mark
   */
  synchronized void check(SnapshotHead head, String url) {
    if (isBelow(head, highest)) {
      throw StoreException.rolledBack(
          url,
          path,
          head.epoch() + "/" + head.revision(),
          highest.epoch() + "/" + highest.revision());
    }
    raise(head);
  }

  /** Notes that {@code head} was committed. */
  synchronized void raise(SnapshotHead head) {
    if (!isBelow(highest, head)) {
      return;
    }
    String line = String.format(Locale.ROOT, "%019d %019d\n", head.epoch(), head.revision());
    try {
      file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1)), 0);
      highest = head;
      told = false;
    } catch (IOException e) {
      if (!told) {
        LOG.log(Level.WARNING, "{0} cannot be written: {1}", path, e.getMessage());
      }
      told = true;
    }
  }

  private static boolean isBelow(SnapshotHead one, SnapshotHead other) {
    return one.epoch() < other.epoch()
        || (one.epoch() == other.epoch() && one.revision() < other.revision());
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the mark did not close", e);
    }
  }
}
