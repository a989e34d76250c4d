package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditSegments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of what lies beside a segment once it is sealed. Stateless, thread-safe. */
public final class SealFiles {
  /** The file of the verification key, as {@code NoteKey} writes it, of the events' chain. */
  public static final String KEY_FILE = "audit-key.pub";

  private static final Pattern NAME = Pattern.compile("([a-z]+)-([0-9]{10,18})\\.(seal|heads)");

  private SealFiles() {}

  /** The file with the hashes of the records of segment {@code number}. */
  public static Path seal(Path directory, String chain, long number) {
    return beside(directory, chain, number, ".seal");
  }

  /** The file with the heads that were signed in segment {@code number}. */
  public static Path heads(Path directory, String chain, long number) {
    return beside(directory, chain, number, ".heads");
  }

  private static Path beside(Path directory, String chain, long number, String suffix) {
    Path segment = AuditSegments.file(directory, chain, number);
    return segment.resolveSibling(segment.getFileName() + suffix);
  }

  /** The numbers of the segments of {@code chain} that have a seal or heads. */
  public static NavigableSet<Long> numbers(Path directory, String chain) throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(
          file -> {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches() && name.group(1).equals(chain)) {
              numbers.add(Long.parseLong(name.group(2)));
            }
          });
    }
    return numbers;
  }

  /**
   * The origin of the heads of {@code chain} on {@code node}: {@code cofre-audit/NODE/CHAIN}, what
   * the name of a key may not hold as {@code %} and hexadecimal.
   */
  public static String origin(String node, String chain) {
    StringBuilder name = new StringBuilder("cofre-audit/");
    for (byte b : node.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c > ' ' && c < 0x7f && c != '+' && c != '%' && c != '/') {
        name.append(c);
      } else {
        name.append(String.format("%%%02x", (int) c));
      }
    }
    return name.append('/').append(chain).toString();
  }
}
