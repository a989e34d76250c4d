package dev.cofre.contract.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of the files of an audit log: {@code chain-number}. Stateless, thread-safe. */
public final class AuditSegments {
  /** The chain that holds what authenticated callers and the plane itself did. */
  public static final String EVENTS = "segment";

  /** The chain of counted records of callers who proved nothing. */
  public static final String UNAUTHENTICATED = "unauthenticated";

  private static final Pattern NAME = Pattern.compile("([a-z]+)-([0-9]{10,18})");

  private AuditSegments() {}

  /** The file of segment {@code number} of {@code chain}. */
  public static Path file(Path directory, String chain, long number) {
    return directory.resolve(String.format(Locale.ROOT, "%s-%010d", chain, number));
  }

  /** The segments of {@code chain} in {@code directory}, by number. */
  public static NavigableMap<Long, Path> list(Path directory, String chain) throws IOException {
    NavigableMap<Long, Path> segments = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(
          file -> {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches() && name.group(1).equals(chain)) {
              segments.put(Long.parseLong(name.group(2)), file);
            }
          });
    }
    return segments;
  }
}
