package dev.cofre.controlplane.server.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;

/** Files with one secret. */
public final class SinkSecret {
  private SinkSecret() {}

  /**
   * What {@code file} holds, without white space behind it; whoever asks overwrites it.
   *
   * @throws IOException when there is none, or everybody may read the file
   */
  public static byte[] read(Path file) throws IOException {
    byte[] contents;
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new IOException(file + " can be read by everybody; run: chmod 600 " + file);
      }
      contents = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("names a file that is not there: " + file, e);
    }
    int end = contents.length;
    while (end > 0 && contents[end - 1] <= ' ') {
      end--;
    }
    byte[] secret = Arrays.copyOf(contents, end);
    Arrays.fill(contents, (byte) 0);
    return secret;
  }
}
