package dev.cofre.cli.scan;

import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/**
 * What was looked at and may stay: lines of a finding's id and, after a blank, a pattern of files
 * ({@code **} for all); {@code #} begins a comment. Immutable.
 */
public final class AllowList {
  private static final int LINES_MAX = 10_000;

  private final List<Entry> entries;

  private record Entry(String id, PathMatcher files) {}

  private AllowList(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** Allows nothing. */
  public static AllowList empty() {
    return new AllowList(List.of());
  }

  /** Reads {@code text}; {@code errors} tells what is wrong with it. */
  public static AllowList read(String file, String text, FileErrors errors) {
    List<Entry> entries = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      Place place = new Place(file, i + 1);
      if (i >= LINES_MAX) {
        errors.add(place, "", "has more than " + LINES_MAX + " lines");
        break;
      }
      if (!line.isEmpty() && !line.startsWith("#")) {
        entry(place, line, errors).ifPresent(entries::add);
      }
    }
    return new AllowList(entries);
  }

  private static Optional<Entry> entry(Place place, String line, FileErrors errors) {
    String[] parts = line.split("\\s+", 2);
    if (parts.length != 2 || !parts[0].matches("token:[0-9a-f]{16}|secret:[a-z0-9._-]{1,128}")) {
      errors.add(
          place, "", "must be token:DIGEST or secret:NAME, a blank, and a pattern of files (**)");
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Entry(parts[0], FileSystems.getDefault().getPathMatcher("glob:" + parts[1])));
    } catch (PatternSyntaxException e) {
      errors.add(place, "", "has a pattern of files that is none: " + e.getDescription());
      return Optional.empty();
    }
  }

  boolean allows(String id, String file) {
    return entries.stream()
        .anyMatch(entry -> entry.id.equals(id) && entry.files.matches(Path.of(file)));
  }
}
