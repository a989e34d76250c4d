package dev.cofre.cli.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.documents.yaml.FileErrors;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of reading files. */
final class SourceFile {
  final FileErrors errors = new FileErrors();
  final Sources sources = new Sources(errors);

  static SourceFile of(SourceKind kind, String name, String text) {
    return new SourceFile().and(kind, name, text);
  }

  SourceFile and(SourceKind kind, String name, String text) {
    kind.read(name, text.getBytes(UTF_8), sources);
    return this;
  }

  /** The values by what the source calls them, the newest; fails when anything was wrong. */
  Map<String, String> values() {
    if (!errors.isEmpty()) {
      throw new AssertionError(String.join("\n", errors.lines()));
    }
    Map<String, String> values = new LinkedHashMap<>();
    sources.secrets().forEach(secret -> values.put(secret.from(), all(secret).getLast()));
    return values;
  }

  /** All values of the secret {@code from}. */
  List<String> values(String from) {
    return sources.secrets().stream()
        .filter(secret -> secret.from().equals(from))
        .map(SourceFile::all)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> all(SourceSecret secret) {
    List<String> values = new ArrayList<>();
    secret
        .values()
        .forEach(
            value -> values.add(new String(Base64.getDecoder().decode(value.base64()), UTF_8)));
    return values;
  }

  /** Everything that was said. */
  String told() {
    List<String> lines = new ArrayList<>(errors.lines());
    lines.addAll(sources.notes());
    return String.join("\n", lines);
  }
}
