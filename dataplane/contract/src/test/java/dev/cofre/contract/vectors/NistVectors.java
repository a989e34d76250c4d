package dev.cofre.contract.vectors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads NIST's CAVP files from Debian's package {@code python3-cryptography-vectors}; {@code
 * -Dcofre.test.vectors=DIR} names another place of its folder {@code cryptography_vectors}.
 *
 * <p>A file is a list of cases; each holds its own fields ({@code Key = …}) over those of its
 * section ({@code [IVlen = 96]}). A bare word such as {@code FAIL} is a field with an empty value.
 */
public final class NistVectors {
  private static final String FOLDER = "/usr/lib/python3/dist-packages/cryptography_vectors";

  private NistVectors() {}

  /** The cases of {@code file}, which begin with the field {@code first}. */
  public static List<Map<String, String>> read(String file, String first) {
    Path path = Path.of(System.getProperty("cofre.test.vectors", FOLDER)).resolve(file);
    if (!Files.isReadable(path)) {
      throw new AssertionError(
          path
              + " is missing: install Debian's package python3-cryptography-vectors, or name its"
              + " folder with -Dcofre.test.vectors");
    }
    List<Map<String, String>> cases = new ArrayList<>();
    Map<String, String> section = new HashMap<>();
    Map<String, String> current = null;
    for (String line : lines(path)) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (text.startsWith("[")) {
        if (current != null) {
          section = new HashMap<>();
          current = null;
        }
        put(section, text.substring(1, text.length() - 1));
      } else {
        if (text.startsWith(first)) {
          current = new HashMap<>(section);
          cases.add(current);
        }
        put(current, text);
      }
    }
    return cases;
  }

  private static List<String> lines(Path path) {
    try {
      return Files.readAllLines(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(Map<String, String> fields, String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      fields.put(text, "");
    } else {
      fields.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
    }
  }
}
