package dev.cofre.engine.seal;

import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that is written at its end alone, mode 0600. A write that failed half-way is written over
 * by the next one. Used by one thread.
 */
final class GrowingFile implements AutoCloseable {
  private final FileChannel channel;
  private long length;

  /** Opens {@code file}, or makes it, and cuts off what is behind {@code length}. */
  GrowingFile(Path file, long length) throws IOException {
    this.channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    this.length = length;
    channel.truncate(length);
    SecretFiles.syncDirectory(file.toAbsolutePath().getParent());
  }

  /** Appends {@code count} bytes. */
  void append(byte[] bytes, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
    for (long at = length; buffer.hasRemaining(); ) {
      at += channel.write(buffer, at);
    }
    length += count;
  }

  /** Forces it to the disk. */
  void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
