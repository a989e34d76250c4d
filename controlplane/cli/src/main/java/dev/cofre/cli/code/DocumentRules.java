package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What must hold within and between documents and their shapes cannot say; the service checks the
 * same, object by object. Stateless.
 */
final class DocumentRules {
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private DocumentRules() {}

  static void check(List<Document> documents, FileErrors errors) {
    Document.byTitle(documents, errors);
    for (Document document : documents) {
      switch (document.kind()) {
        case KEY -> key(document, errors);
        case POLICY -> policy(document, errors);
        default -> {
          // Their shapes say it all.
        }
      }
    }
    GroupCycles.check(documents, Existing.NOTHING, errors);
  }

  private static void key(Document document, FileErrors errors) {
    JsonObject key = document.json();
    if (UUID_FORM.matcher(document.name()).matches()) {
      wrong(errors, document, "alias", "must not have the form of a key id");
    }
    String activatesAt = key.getString("activatesAt");
    if (activatesAt != null) {
      if (!Instant.parse(activatesAt).isBefore(Instant.parse(key.getString("expiresAt")))) {
        wrong(errors, document, "activatesAt", "must be before expiresAt");
      }
      if (Boolean.FALSE.equals(key.getBoolean("preActive"))) {
        wrong(errors, document, "preActive", "must not be false beside activatesAt");
      }
    }
    if (key.containsKey("state") && (activatesAt != null || key.containsKey("preActive"))) {
      wrong(errors, document, "state", "must be left away beside preActive and activatesAt");
    }
  }

  private static void policy(Document document, FileErrors errors) {
    JsonArray statements = document.json().getJsonArray("statements");
    for (int i = 0; i < statements.size(); i++) {
      statement(document, statements.getJsonObject(i), "statements[" + i + "]", errors);
    }
    JsonArray tests = document.json().getJsonArray("tests", new JsonArray());
    for (int i = 0; i < tests.size(); i++) {
      JsonObject test = tests.getJsonObject(i);
      if ("reencrypt".equals(test.getString("action")) && !test.containsKey("fromEnvironment")) {
        wrong(
            errors,
            document,
            "tests[" + i + "].fromEnvironment",
            "is missing: reencrypt asks where it comes from; one of dev, staging, prod");
      }
    }
  }

  private static void statement(
      Document document, JsonObject statement, String path, FileErrors errors) {
    String to = statement.getString("environment");
    String from = statement.getString("fromEnvironment");
    boolean pattern =
        statement.getJsonArray("keys", new JsonArray()).stream()
            .anyMatch(key -> key.toString().endsWith("*"));
    if ((pattern || !statement.getJsonObject("tags", new JsonObject()).isEmpty()) && to == null) {
      wrong(
          errors,
          document,
          path + ".environment",
          "is missing: what selects keys by a pattern or tags names one of dev, staging, prod");
    }
    boolean moves = statement.getJsonArray("actions").contains("reencrypt");
    if (moves && (to == null || from == null || Objects.equals(to, from))) {
      wrong(
          errors,
          document,
          path + ".fromEnvironment",
          "and environment must both be there and differ: reencrypt crosses from one to the other");
    }
    if (!moves && from != null) {
      wrong(errors, document, path + ".fromEnvironment", "is for the action reencrypt alone");
    }
    JsonObject time =
        statement
            .getJsonObject("conditions", new JsonObject())
            .getJsonObject("time", new JsonObject());
    if (time.containsKey("from") && Objects.equals(time.getValue("from"), time.getValue("to"))) {
      wrong(errors, document, path + ".conditions.time.to", "must be another time than from");
    }
  }

  private static void wrong(FileErrors errors, Document document, String field, String message) {
    errors.add(document.placeOf(field), field, message);
  }

  /** The kinds of which something must be known to apply one {@code kind}. */
  static Set<DocumentKind> referred(DocumentKind kind) {
    return switch (kind) {
      case POLICY -> Set.of(DocumentKind.KEY, DocumentKind.PRINCIPAL, DocumentKind.GROUP);
      case GROUP -> Set.of(DocumentKind.PRINCIPAL, DocumentKind.GROUP);
      default -> Set.of();
    };
  }
}
