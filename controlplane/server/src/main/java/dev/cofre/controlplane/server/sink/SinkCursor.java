package dev.cofre.controlplane.server.sink;

import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far a sink has sent each log: a small file that is replaced in one step, and is on the disk
 * when {@link #save} returns. Stateless but for the path.
 *
 * <pre>
 * cofre-sink-cursor 1
 * ORIGIN INDEX        the record that comes next, a line for each log
 * end LINES
 * </pre>
 */
final class SinkCursor {
  private static final String FIRST_LINE = "cofre-sink-cursor 1";

  private final Path file;

  SinkCursor(Path file) {
    this.file = file;
  }

  /**
   * What was saved last.
   *
   * @return empty when nothing was
   * @throws IOException when the file cannot be read as a cursor
   */
  Optional<Map<String, Long>> load() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    int logs = lines.size() - 2;
    if (logs < 0
        || !lines.getFirst().equals(FIRST_LINE)
        || !lines.getLast().equals("end " + logs)) {
      throw new IOException(file + " is no whole cursor");
    }
    Map<String, Long> next = new TreeMap<>();
    for (String line : lines.subList(1, lines.size() - 1)) {
      int space = line.indexOf(' ');
      try {
        next.put(line.substring(0, space), Long.parseUnsignedLong(line.substring(space + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IOException(file + " is no whole cursor", e);
      }
    }
    return Optional.of(next);
  }

  /** Replaces what was saved by {@code next}. */
  void save(Map<String, Long> next) throws IOException {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    new TreeMap<>(next)
        .forEach((log, index) -> text.append(log).append(' ').append(index).append('\n'));
    text.append("end ").append(next.size()).append('\n');
    SecretFiles.replace(file, text.toString().getBytes(StandardCharsets.US_ASCII));
  }
}
