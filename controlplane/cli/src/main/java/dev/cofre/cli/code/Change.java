package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What is to be done with one object. Immutable.
 *
 * @param document null for what no file describes
 * @param fields what differs
 * @param requests what brings it about, in their order; none for {@link Action#BLOCKED}
 * @param revision the object's, that the plan was made from; 0 when there is none yet
 * @param note what more there is to say; empty for nothing
 * @param pending the request for approval that does this already; null when there is none
 */
public record Change(
    DocumentKind kind,
    String name,
    Document document,
    Action action,
    List<FieldChange> fields,
    List<Request> requests,
    long revision,
    String note,
    JsonObject pending) {

  /** What happens to it. */
  public enum Action {
    /** It is made. */
    CREATE,
    /** It is changed. */
    UPDATE,
    /** It is removed, when that is asked for. */
    DELETE,
    /** It is not as the files say, and apply does not change that. */
    BLOCKED
  }

  /**
   * A request that changes something.
   *
   * @param body null for none
   */
  public record Request(HttpMethod method, String path, JsonObject body) {}

  /** Takes copies. */
  public Change {
    fields = List.copyOf(fields);
    requests = List.copyOf(requests);
  }

  static Change of(
      Document document,
      Action action,
      List<FieldChange> fields,
      List<Request> requests,
      long revision) {
    return new Change(
        document.kind(), document.name(), document, action, fields, requests, revision, "", null);
  }

  static Change blocked(Document document, List<FieldChange> fields, String note) {
    return new Change(
        document.kind(),
        document.name(),
        document,
        Action.BLOCKED,
        fields,
        List.of(),
        0,
        note,
        null);
  }

  /** The same, which {@code approval} will do. */
  Change waitingFor(JsonObject approval) {
    return new Change(kind, name, document, action, fields, requests, revision, note, approval);
  }

  /** Kind and name, as {@code Key orders}. */
  public String title() {
    return kind.wireName() + " " + name;
  }

  /** Where it is described, as {@code file:line}; empty for what no file describes. */
  public String place() {
    return document == null ? "" : document.place().toString();
  }
}
