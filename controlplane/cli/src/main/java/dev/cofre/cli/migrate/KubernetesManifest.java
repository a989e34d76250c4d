package dev.cofre.cli.migrate;

import dev.cofre.documents.yaml.FileError;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import dev.cofre.documents.yaml.YamlValue.Entry;
import dev.cofre.documents.yaml.YamlValue.Mapping;
import dev.cofre.documents.yaml.YamlValue.Scalar;
import dev.cofre.documents.yaml.YamlValue.Sequence;
import java.nio.CharBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Reads the objects of kind Secret in a manifest of Kubernetes, YAML or JSON. Each entry of {@code
 * data} and {@code stringData} is a secret of its own, {@code NAMESPACE/NAME#KEY}. Not thread-safe.
 */
final class KubernetesManifest {
  private static final String DATA = "data";

  private final Sources into;
  private int others;

  private KubernetesManifest(Sources into) {
    this.into = into;
  }

  static void read(String file, byte[] bytes, Sources into) {
    FileErrors found = new FileErrors();
    List<YamlValue> documents = YamlReader.read(file, bytes, found);
    found.list().forEach(error -> into.errors().add(error.place(), error.field(), blunt(error)));
    if (!found.isEmpty()) {
      return;
    }
    KubernetesManifest reader = new KubernetesManifest(into);
    documents.forEach(reader::object);
    if (reader.others > 0) {
      into.note(
          new Place(file, 1), "", reader.others + " objects are no Secrets and were left out");
    }
  }

  /** What the reader of YAML says may name an unquoted value: an alias, a tag. */
  private static String blunt(FileError error) {
    String message = error.message();
    if (message.startsWith("is not YAML")) {
      return "is not YAML";
    }
    if (message.startsWith("the alias ")) {
      return "has an alias (*) that stands for nothing before it, or for itself";
    }
    return message.startsWith("has the YAML tag ") ? "has a YAML tag (!); none is taken" : message;
  }

  private void object(YamlValue value) {
    String kind = text(value, "kind").orElse("");
    if (value instanceof Mapping object && kind.equals("Secret")) {
      secret(object);
    } else if (value instanceof Mapping list && kind.endsWith("List")) {
      list.find("items").ifPresent(this::items);
    } else {
      others++;
    }
  }

  private void items(YamlValue items) {
    if (items instanceof Sequence sequence) {
      sequence.items().forEach(this::object);
    }
  }

  private void secret(Mapping object) {
    Optional<YamlValue> metadata = object.find("metadata");
    Optional<String> name = metadata.flatMap(value -> text(value, "name"));
    if (name.isEmpty()) {
      into.errors().add(object.place(), "metadata.name", "is missing");
      return;
    }
    String space =
        metadata.flatMap(value -> text(value, "namespace")).map(text -> text + "/").orElse("");
    String of = space + name.get() + "#";
    entries(object, DATA).forEach(entry -> take(of, entry, true));
    for (Entry entry : entries(object, "stringData")) {
      if (object.find(DATA).orElse(null) instanceof Mapping data
          && data.find(entry.name()).isPresent()) {
        into.errors()
            .add(entry.place(), "stringData." + entry.name(), "stands in data, too; keep one");
      } else {
        take(of, entry, false);
      }
    }
  }

  private List<Entry> entries(Mapping object, String field) {
    YamlValue value = object.find(field).orElse(null);
    if (value instanceof Mapping mapping) {
      return mapping.entries();
    }
    if (value != null && !(value instanceof Scalar scalar && scalar.value() == null)) {
      into.errors().add(value.place(), field, "must be an object");
    }
    return List.of();
  }

  private void take(String of, Entry entry, boolean coded) {
    String path = (coded ? DATA : "stringData") + "." + entry.name();
    Place place = entry.place();
    byte[] value =
        entry.value() instanceof Scalar scalar && scalar.value() instanceof String text
            ? JsonText.utf8(CharBuffer.wrap(text))
            : null;
    if (value == null) {
      into.errors().add(place, path, "must be a text; put it in quotes");
      return;
    }
    byte[] decoded = coded ? JsonText.decoded(value) : value;
    if (decoded == null) {
      into.errors().add(place, path, "must be base64 (RFC 4648, section 4)");
    } else {
      into.add(of + entry.name(), place, path, decoded);
    }
  }

  private static Optional<String> text(YamlValue value, String field) {
    return value instanceof Mapping mapping
        ? mapping
            .find(field)
            .filter(found -> found instanceof Scalar scalar && scalar.value() instanceof String)
            .map(found -> (String) ((Scalar) found).value())
        : Optional.empty();
  }
}
