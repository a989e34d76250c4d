package dev.cofre.cli.run;

import dev.cofre.cli.shape.SecretMapDocument;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which secrets a command is given, and how. Immutable.
 *
 * @param group a group of secrets, each of which is given as a file named as it; null for none
 * @param resolve whether templates among them are filled with what they refer to
 */
public record SecretMap(List<Entry> entries, String group, boolean resolve) {
  /** The most secrets that are given. */
  public static final int SECRETS_MAX = 100;

  /** Takes a copy. */
  public SecretMap {
    entries = List.copyOf(entries);
  }

  /**
   * One secret's way.
   *
   * @param variable that holds its value; null for none
   * @param file within the folder of secrets; null for none
   * @param fileVariable that holds the file's path; null for none
   * @param trim whether the line end that the value ends with is left out
   */
  public record Entry(
      String name, String variable, String file, String fileVariable, boolean trim) {}

  /**
   * Reads the file {@code file}, whose content is {@code bytes}.
   *
   * @return empty when anything is wrong, which {@code errors} tells then
   */
  public static Optional<SecretMap> read(String file, byte[] bytes, FileErrors errors) {
    List<YamlValue> documents = YamlReader.read(file, bytes, errors);
    if (errors.isEmpty() && documents.size() != 1) {
      errors.add(new Place(file, 1), "", "must hold one document with the field secrets");
    }
    if (!errors.isEmpty()) {
      return Optional.empty();
    }
    Optional<SecretMapDocument> read = SecretMapDocument.read(documents.getFirst(), errors);
    if (read.isEmpty()) {
      return Optional.empty();
    }
    SecretMap map = of(read.get(), errors);
    return errors.isEmpty() ? Optional.of(map) : Optional.empty();
  }

  private static SecretMap of(SecretMapDocument document, FileErrors errors) {
    Map<String, Place> variables = new HashMap<>();
    Map<String, Place> files = new HashMap<>();
    List<Entry> entries = new ArrayList<>();
    JsonArray items = document.json().getJsonArray("secrets", new JsonArray());
    for (int i = 0; i < items.size(); i++) {
      JsonObject item = items.getJsonObject(i);
      String at = "secrets[" + i + "]";
      for (String field : List.of("env", "fileEnv")) {
        once(variables, document, at + "." + field, item.getString(field), errors);
      }
      once(files, document, at + ".file", item.getString("file"), errors);
      if (item.containsKey("fileEnv") && !item.containsKey("file")) {
        errors.add(
            document.places().get(at + ".fileEnv"),
            at + ".fileEnv",
            "must stand beside file, whose path it is told");
      }
      entries.add(
          new Entry(
              item.getString("name"),
              item.getString("env"),
              item.getString("file"),
              item.getString("fileEnv"),
              item.getBoolean("trim", false)));
    }
    nested(files, errors);
    return new SecretMap(
        entries, document.json().getString("group"), document.json().getBoolean("resolve", false));
  }

  private static void once(
      Map<String, Place> seen,
      SecretMapDocument document,
      String path,
      String value,
      FileErrors errors) {
    if (value == null) {
      return;
    }
    Place place = document.places().get(path);
    Place first = seen.putIfAbsent(value, place);
    if (first != null) {
      errors.add(place, path, value + " is given twice, first at " + first);
    }
  }

  /** A file cannot be a folder of another one. */
  private static void nested(Map<String, Place> files, FileErrors errors) {
    files.forEach(
        (file, place) -> {
          for (int end = file.indexOf('/'); end >= 0; end = file.indexOf('/', end + 1)) {
            String folder = file.substring(0, end);
            if (files.containsKey(folder)) {
              errors.add(place, "secrets", file + " would stand in the file " + folder);
            }
          }
        });
  }

  /** The secrets' names, each once. */
  public List<String> names() {
    return entries.stream().map(Entry::name).distinct().toList();
  }

  /**
   * It with what is in its group: each of {@code secrets} as a file named as it, but those that
   * have an entry of their own.
   *
   * @return empty when these are too many, or a file is another secret's
   */
  public Optional<SecretMap> withGroup(Collection<String> secrets) {
    List<String> named = names();
    List<Entry> all = new ArrayList<>(entries);
    for (String secret : secrets) {
      if (named.contains(secret)) {
        continue;
      }
      if (entries.stream().anyMatch(entry -> isAt(entry.file(), secret))) {
        return Optional.empty();
      }
      all.add(new Entry(secret, null, secret, null, false));
    }
    SecretMap whole = new SecretMap(all, group, resolve);
    return whole.names().size() > SECRETS_MAX ? Optional.empty() : Optional.of(whole);
  }

  /** Whether {@code file} is the file of {@code secret}, or stands in a folder of that name. */
  private static boolean isAt(String file, String secret) {
    return file != null && (file.equals(secret) || file.startsWith(secret + "/"));
  }

  /** Whether any secret is given as a file. */
  public boolean hasFiles() {
    return group != null || entries.stream().anyMatch(entry -> entry.file() != null);
  }
}
