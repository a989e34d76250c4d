package dev.cofre.controlplane.server.sink;

import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Appends lines to files {@code NAME-NUMBER.jsonl}, the highest number being the one that is
 * written. A last line without its end, as a kill leaves it, is cut off when the file is opened.
 * Not thread-safe.
 */
final class FileTarget implements SinkTarget {
  private static final System.Logger LOG = System.getLogger(FileTarget.class.getName());
  private static final int CHUNK_BYTES = 64 << 10;

  private final FileSettings settings;
  private final String name;
  private final Pattern ours;
  private FileChannel channel;
  private Path file;
  private Object fileKey;
  private long number;
  private long bornMs;

  FileTarget(FileSettings settings, String name) {
    this.settings = settings;
    this.name = name;
    this.ours = Pattern.compile(Pattern.quote(name) + "-([0-9]{10,18})\\.jsonl");
  }

  @Override
  public void send(Batch batch) throws IOException {
    try {
      if (channel == null || !isStillThere()) {
        open();
      }
      if (isDue()) {
        begin(number + 1);
      }
      int bytes = batch.events().stream().mapToInt(event -> event.json().length + 1).sum();
      ByteBuffer lines = ByteBuffer.allocate(bytes);
      batch.events().forEach(event -> lines.put(event.json()).put((byte) '\n'));
      lines.flip();
      while (lines.hasRemaining()) {
        channel.write(lines);
      }
      if (settings.sync()) {
        channel.force(false);
      }
    } catch (IOException e) {
      // What was written of it is looked at when the file is opened again.
      close();
      throw e;
    }
  }

  /** A file that somebody has moved away, or replaced, is not written any more. */
  private boolean isStillThere() throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null || key.equals(fileKey);
  }

  private boolean isDue() throws IOException {
    long size = channel.size();
    return size > 0
        && (size >= settings.rotateBytes()
            || System.currentTimeMillis() - bornMs >= settings.rotateMs());
  }

  private void open() throws IOException {
    SecretFiles.createDirectory(settings.directory());
    begin(Math.max(Math.max(1, number), newest()));
  }

  private long newest() throws IOException {
    try (Stream<Path> files = Files.list(settings.directory())) {
      return files
          .map(path -> ours.matcher(path.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
          .max()
          .orElse(1);
    }
  }

  private void begin(long next) throws IOException {
    close();
    Path opened =
        settings.directory().resolve(String.format(Locale.ROOT, "%s-%010d.jsonl", name, next));
    channel =
        FileChannel.open(
            opened,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    if (!isLocked()) {
      throw new IOException(opened + " is written by another process");
    }
    BasicFileAttributes attributes = Files.readAttributes(opened, BasicFileAttributes.class);
    file = opened;
    fileKey = attributes.fileKey();
    bornMs = attributes.creationTime().toMillis();
    number = next;
    heal();
    channel.position(channel.size());
    SecretFiles.syncDirectory(settings.directory());
  }

  private boolean isLocked() throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock()).isPresent();
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void heal() throws IOException {
    long size = channel.size();
    long end = behindLastLine(size);
    if (end < size) {
      LOG.log(
          Level.INFO,
          "the sink {0} cut off {1} bytes of a line that was not written to its end",
          name,
          Long.toString(size - end));
      channel.truncate(end);
      channel.force(true);
    }
  }

  private long behindLastLine(long size) throws IOException {
    long end = size;
    while (end > 0) {
      int count = (int) Math.min(CHUNK_BYTES, end);
      ByteBuffer chunk = ByteBuffer.allocate(count);
      while (chunk.hasRemaining()) {
        if (channel.read(chunk, end - count + chunk.position()) < 0) {
          throw new IOException(file + " became shorter while it was read");
        }
      }
      for (int i = count - 1; i >= 0; i--) {
        if (chunk.get(i) == '\n') {
          return end - count + i + 1;
        }
      }
      end -= count;
    }
    return 0;
  }

  /** A disk cannot be told to hurry. */
  @Override
  public void abort() {}

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a file did not close cleanly", e);
      }
      channel = null;
    }
  }
}
