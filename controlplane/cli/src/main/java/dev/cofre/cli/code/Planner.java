package dev.cofre.cli.code;

import dev.cofre.cli.code.Change.Action;
import dev.cofre.cli.code.Change.Request;
import dev.cofre.cli.code.References.Reference;
import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares what files say with what a service has. Not thread-safe. */
final class Planner {
  private static final String REVISION = "revision";

  private final List<Document> documents;
  private final Map<String, Document> described;
  private final Existing existing;
  private final Canonical canonical;
  private final Clock clock;
  private final FileErrors errors = new FileErrors();

  Planner(List<Document> documents, Existing existing, Clock clock) {
    this.documents = documents;
    this.described = Document.byTitle(documents, errors);
    this.existing = existing;
    this.canonical = new Canonical(existing::alias);
    this.clock = clock;
  }

  /**
   * The plan for the documents of {@code kinds}; the others are only referred to.
   *
   * @throws InvalidFilesException when they name what is nowhere, or say what cannot be
   */
  Plan plan(Set<DocumentKind> kinds) {
    GroupCycles.check(documents, existing, errors);
    List<Document> meant =
        documents.stream().filter(document -> kinds.contains(document.kind())).toList();
    meant.forEach(this::requireReferences);
    ExclusiveRoles.check(meant, existing, errors);
    if (!errors.isEmpty()) {
      throw new InvalidFilesException(errors);
    }
    List<Change> changes = new ArrayList<>();
    int unchanged = 0;
    for (Document document : inOrder(meant)) {
      Optional<Change> change = change(document);
      change.ifPresent(changes::add);
      unchanged += change.isEmpty() ? 1 : 0;
    }
    if (!errors.isEmpty()) {
      throw new InvalidFilesException(errors);
    }
    Unmanaged unmanaged = new Unmanaged(documents, existing, kinds);
    changes.addAll(unmanaged.owned());
    return new Plan(changes, unchanged, unmanaged.hints(), unmanaged.count());
  }

  private void requireReferences(Document document) {
    for (Reference reference : References.of(document)) {
      boolean there =
          !reference.needed()
              || described.containsKey(reference.title())
              || existing.find(reference.kind(), reference.name()).isPresent();
      if (!there) {
        errors.add(
            document.placeOf(reference.field()),
            reference.field(),
            "names " + reference.title() + ", which is in no file and does not exist");
      }
    }
  }

  /** By kind; what a document names before it. Cycles were refused before. */
  private List<Document> inOrder(List<Document> meant) {
    Map<String, Document> ordered = new LinkedHashMap<>();
    Set<String> titles = new HashSet<>();
    meant.forEach(document -> titles.add(document.title()));
    for (DocumentKind kind : DocumentKind.values()) {
      if (kind != DocumentKind.SCOPE) {
        meant.stream()
            .filter(document -> document.kind() == kind)
            .forEach(document -> place(document, titles, ordered, 0));
      }
    }
    return List.copyOf(ordered.values());
  }

  /** The service lets groups stand in groups 8 deep; beyond some more it says so, not the order. */
  private void place(
      Document document, Set<String> titles, Map<String, Document> ordered, int depth) {
    if (ordered.containsKey(document.title())) {
      return;
    }
    if (document.kind() == DocumentKind.GROUP && depth < 64) {
      for (Reference reference : References.of(document)) {
        if (reference.kind() == DocumentKind.GROUP && titles.contains(reference.title())) {
          place(described.get(reference.title()), titles, ordered, depth + 1);
        }
      }
    }
    ordered.putIfAbsent(document.title(), document);
  }

  /** What is to be done with what {@code document} describes; empty for nothing. */
  private Optional<Change> change(Document document) {
    Optional<JsonObject> is = existing.find(document.kind(), document.name());
    return change(document, is.orElse(null));
  }

  /** The same, when the object is {@code is}; null when there is none. */
  Optional<Change> change(Document document, JsonObject is) {
    if (document.kind() == DocumentKind.KEY) {
      return is == null
          ? Optional.of(KeyChanges.create(document, canonical, clock, errors))
          : KeyChanges.update(document, is, canonical, clock, errors);
    }
    DocumentKind kind = document.kind();
    JsonObject wanted = canonical.of(kind, document.json());
    if (is == null) {
      List<Request> make = List.of(new Request(HttpMethod.POST, kind.path(), document.json()));
      List<FieldChange> all = FieldChange.between(new JsonObject(), wanted);
      return Optional.of(Change.of(document, Action.CREATE, all, make, 0));
    }
    JsonObject before = canonical.of(kind, is);
    if (kind == DocumentKind.DATA_CLASS) {
      before = named(before, wanted);
    }
    List<FieldChange> fields = FieldChange.between(before, wanted);
    return fields.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Change.of(
                document,
                Action.UPDATE,
                fields,
                List.of(request(document, fields)),
                is.getLong(REVISION, 0L)));
  }

  private static Request request(Document document, List<FieldChange> fields) {
    String path = Service.path(document.kind(), document.name());
    if (document.kind() != DocumentKind.DATA_CLASS) {
      return new Request(HttpMethod.PUT, path, document.json());
    }
    JsonObject body = new JsonObject();
    for (FieldChange change : fields) {
      String name = change.field().split("\\.", 2)[0];
      body.put(name, document.json().getValue(name));
    }
    return new Request(HttpMethod.PATCH, path, body);
  }

  /** A file says some rules of a data class; the others stay. */
  private static JsonObject named(JsonObject is, JsonObject wanted) {
    JsonObject some = new JsonObject();
    for (String name : wanted.fieldNames()) {
      Object value = is.getValue(name);
      some.put(
          name,
          value instanceof JsonObject inner && wanted.getValue(name) instanceof JsonObject wish
              ? named(inner, wish)
              : value);
    }
    return some;
  }
}
