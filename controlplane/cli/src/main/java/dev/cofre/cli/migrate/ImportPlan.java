package dev.cofre.cli.migrate;

import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an import writes, named and described. Immutable.
 *
 * @param skipped how many the map leaves out
 */
public record ImportPlan(List<PlannedSecret> secrets, int skipped) {
  /** What must be known of each secret, in the order in which it is asked for. */
  public static final List<String> SAID =
      List.of("environment", "dataClass", "owner", "description", "expiresAt", "rotation");

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

  /** Takes a copy of {@code secrets}. */
  public ImportPlan {
    secrets = List.copyOf(secrets);
  }

  /**
   * One secret to be.
   *
   * @param said all that {@link #SAID} lists
   */
  public record PlannedSecret(SourceSecret source, String name, JsonObject said) {}

  /**
   * Names and describes {@code sources}. What is said of one by {@code map} comes first, then what
   * the source says of it or {@code options}, which must not say different things, then the map's
   * defaults.
   *
   * @param prefix what the names begin with that the map does not give
   * @return what is right; {@code errors} tells of the rest
   */
  public static ImportPlan of(
      Sources sources, ImportMap map, JsonObject options, String prefix, FileErrors errors) {
    List<PlannedSecret> planned = new ArrayList<>();
    Map<String, SourceSecret> names = new HashMap<>();
    Set<String> found = new HashSet<>();
    int skipped = 0;
    for (SourceSecret source : sources.secrets()) {
      found.add(source.from());
      ImportMap.Entry entry = map.entries().get(source.from());
      if (entry != null && entry.skip()) {
        skipped++;
        continue;
      }
      JsonObject said = new JsonObject();
      said.mergeIn(map.defaults()).mergeIn(options).mergeIn(source.said());
      if (entry != null) {
        said.mergeIn(entry.said());
      }
      requireOneWord(source, options, entry == null ? new JsonObject() : entry.said(), errors);
      String name = entry != null && entry.name() != null ? entry.name() : name(prefix, source);
      boolean right = isRight(source, name, names, errors);
      boolean whole = isSaid(source, said, errors);
      if (right && whole) {
        planned.add(new PlannedSecret(source, name, ordered(said)));
      }
    }
    map.entries()
        .forEach(
            (from, entry) -> {
              if (!found.contains(from)) {
                errors.add(entry.place(), "from", "\"" + from + "\" is in none of the files");
              }
            });
    return new ImportPlan(planned, skipped);
  }

  /** What was asked for on the command line is not overruled by a file without a word. */
  private static void requireOneWord(
      SourceSecret source, JsonObject options, JsonObject ofMap, FileErrors errors) {
    for (String field : SAID) {
      Object ofSource = source.said().getValue(field);
      if (ofSource != null
          && options.containsKey(field)
          && !ofMap.containsKey(field)
          && !isSame(field, ofSource, options.getValue(field))) {
        errors.add(
            source.place(),
            source.from(),
            "has another "
                + field
                + " than the option says: leave the option away, or say it in the map for this"
                + " secret");
      }
    }
  }

  /** Whether two words of {@code field}, of {@link #SAID}, mean the same; null is none. */
  public static boolean isSame(String field, Object one, Object other) {
    if (field.equals("expiresAt") && one instanceof String time && other instanceof String again) {
      try {
        return OffsetDateTime.parse(time)
            .toInstant()
            .equals(OffsetDateTime.parse(again).toInstant());
      } catch (DateTimeParseException e) {
        return time.equals(again);
      }
    }
    return Objects.equals(one, other);
  }

  /** Wherever a field was said: a second run must send the same bytes to be known again. */
  private static JsonObject ordered(JsonObject said) {
    JsonObject ordered = new JsonObject();
    SAID.forEach(field -> ordered.put(field, said.getValue(field)));
    return ordered;
  }

  /** The name that follows from what the source calls it; empty when none does. */
  public static String name(String prefix, SourceSecret source) {
    StringBuilder name = new StringBuilder(prefix);
    // ASCII alone: letters of other scripts have small ones in it, which nobody would expect.
    for (char c : source.from().toCharArray()) {
      if (c >= 'A' && c <= 'Z') {
        name.append((char) (c - 'A' + 'a'));
      } else {
        name.append(c == '/' || c == '#' ? '.' : c);
      }
    }
    return NAME.matcher(name).matches() ? name.toString() : "";
  }

  private static boolean isRight(
      SourceSecret source, String name, Map<String, SourceSecret> names, FileErrors errors) {
    if (name.isEmpty()) {
      errors.add(
          source.place(),
          source.from(),
          "cannot be a name of Cofre's (1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a"
              + " letter or digit); name it in the map");
      return false;
    }
    SourceSecret first = names.putIfAbsent(name, source);
    if (first != null) {
      errors.add(
          source.place(),
          source.from(),
          "would be called "
              + name
              + ", as "
              + first.from()
              + " at "
              + first.place()
              + "; name one of them in the map");
      return false;
    }
    for (SourceValue value : source.values()) {
      if (value.length() == 0 || value.length() > Sources.VALUE_BYTES_MAX) {
        errors.add(
            value.place(),
            source.from(),
            "has "
                + value.length()
                + " bytes; a secret holds 1 to "
                + Sources.VALUE_BYTES_MAX
                + ". The map can leave it out (skip: true)");
        return false;
      }
    }
    return true;
  }

  private static boolean isSaid(SourceSecret source, JsonObject said, FileErrors errors) {
    List<String> missing = SAID.stream().filter(field -> !said.containsKey(field)).toList();
    if (!missing.isEmpty()) {
      errors.add(
          source.place(),
          source.from(),
          "nothing says its "
              + String.join(", ", missing)
              + ": give options, or a map (--init-map writes its beginning)");
    }
    return missing.isEmpty();
  }
}
