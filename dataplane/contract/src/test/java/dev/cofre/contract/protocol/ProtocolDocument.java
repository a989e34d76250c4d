package dev.cofre.contract.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads docs/PROTOCOL.md. */
final class ProtocolDocument {
  private ProtocolDocument() {}

  /** The rows of the tables under {@code heading}, without head and rule. */
  static List<List<String>> rows(String heading) {
    return lines().stream()
        .dropWhile(line -> !line.equals("## " + heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("|"))
        .skip(2)
        .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ")))
        .toList();
  }

  /** The worked example's fields; a line that begins with a blank continues the one before. */
  static Map<String, String> example() {
    Map<String, String> fields = new LinkedHashMap<>();
    String name = "";
    List<String> block =
        lines().stream()
            .dropWhile(line -> !line.equals("```example"))
            .skip(1)
            .takeWhile(line -> !line.equals("```"))
            .toList();
    for (String line : block) {
      if (line.startsWith(" ")) {
        fields.merge(name, line.strip(), String::concat);
      } else {
        name = line.substring(0, line.indexOf(" = "));
        fields.put(name, line.substring(name.length() + 3));
      }
    }
    return fields;
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(Path.of(System.getProperty("cofre.root"), "docs", "PROTOCOL.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
