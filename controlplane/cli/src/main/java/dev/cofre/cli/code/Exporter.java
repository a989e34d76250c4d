package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes what a service has as the files that describe it: a folder for each kind, a file for each
 * object. Stateless. Each file is read back as apply reads it before any is written, so a name that
 * a service sends cannot lead out of the folder, and what is written can be applied.
 */
public final class Exporter {
  private static final Set<String> GONE = Set.of("PENDING_DESTRUCTION", "DESTROYED");

  private Exporter() {}

  /**
   * What there is of {@code kinds}, as texts by their files' paths.
   *
   * @throws IOException when there are more than can be listed
   * @throws InvalidFilesException when an object is none that a file can describe
   */
  public static Map<String, String> files(Service service, Set<DocumentKind> kinds)
      throws IOException {
    Set<DocumentKind> read = EnumSet.noneOf(DocumentKind.class);
    read.addAll(kinds);
    if (kinds.contains(DocumentKind.POLICY)) {
      read.add(DocumentKind.KEY);
    }
    Existing existing = Existing.read(service, read);
    FileErrors errors = new FileErrors();
    Map<String, String> files = new LinkedHashMap<>();
    for (DocumentKind kind : kinds) {
      if (existing.isCut(kind)) {
        throw new IOException("there are more " + kind.folder() + " than files are kept for");
      }
      existing
          .all(kind)
          .values()
          .forEach(
              object -> {
                if (isDescribable(object)) {
                  file(kind, object, new Canonical(existing::alias), files, errors);
                }
              });
    }
    if (!errors.isEmpty()) {
      throw new InvalidFilesException(errors);
    }
    return files;
  }

  /** Nodes are no business of files, and what is destroyed is not made again by them. */
  private static boolean isDescribable(JsonObject object) {
    return !object.getJsonArray("roles", new JsonArray()).contains("node")
        && !GONE.contains(object.getString("state", ""));
  }

  private static void file(
      DocumentKind kind,
      JsonObject object,
      Canonical canonical,
      Map<String, String> files,
      FileErrors errors) {
    JsonObject form = canonical.of(kind, object);
    String state = String.valueOf(form.remove("state"));
    if (state.equals("PRE_ACTIVE")) {
      form.put("preActive", true);
    } else {
      form.remove("preActive");
      form.remove("activatesAt");
    }
    if (state.equals("DISABLED")) {
      form.put("state", state);
    }
    JsonObject document = new JsonObject();
    document.put("apiVersion", DocumentKind.API_VERSION).put("kind", kind.wireName());
    for (Field field : kind.shape().fields()) {
      if (form.containsKey(field.name())) {
        document.put(field.name(), form.getValue(field.name()));
      }
    }
    String path = kind.folder() + "/" + object.getString(kind.nameField()) + ".yaml";
    String text = YamlWriter.write(document);
    YamlReader.read(path, text.getBytes(StandardCharsets.UTF_8), errors)
        .forEach(value -> Document.read(value, errors));
    files.put(path, text);
  }

  /**
   * Writes {@code files} into {@code folder}.
   *
   * @param force whether files that are there are replaced
   * @throws FileAlreadyExistsException when one is there and must not be replaced; nothing was
   *     written then
   */
  public static void write(Path folder, Map<String, String> files, boolean force)
      throws IOException {
    for (String name : files.keySet()) {
      Path file = folder.resolve(name);
      if (!force && Files.exists(file)) {
        throw new FileAlreadyExistsException(file.toString());
      }
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(
          path,
          file.getValue(),
          force
              ? List.of(
                      StandardOpenOption.CREATE,
                      StandardOpenOption.TRUNCATE_EXISTING,
                      StandardOpenOption.WRITE)
                  .toArray(StandardOpenOption[]::new)
              : new StandardOpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE});
    }
  }
}
