package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** What a document names, and what is made before it. Stateless. */
final class References {
  private static final String GROUP = "group:";

  private References() {}

  /**
   * A name in a document.
   *
   * @param field where it stands
   * @param needed whether it must exist; a test of a policy may outlive what it asks about
   */
  record Reference(String field, DocumentKind kind, String name, boolean needed) {
    Reference(String field, DocumentKind kind, String name) {
      this(field, kind, name, true);
    }

    /** The title of the document that describes it. */
    String title() {
      return kind.wireName() + " " + name;
    }
  }

  static List<Reference> of(Document document) {
    List<Reference> references = new ArrayList<>();
    switch (document.kind()) {
      case GROUP -> members("members", document.json().getJsonArray("members"), references);
      case POLICY -> policy(document.json(), references);
      default -> {
        // They name nothing that must be there.
      }
    }
    return references;
  }

  private static void policy(JsonObject policy, List<Reference> references) {
    JsonArray statements = policy.getJsonArray("statements");
    for (int i = 0; i < statements.size(); i++) {
      String path = "statements[" + i + "].";
      JsonObject statement = statements.getJsonObject(i);
      members(path + "principals", statement.getJsonArray("principals"), references);
      JsonArray keys = statement.getJsonArray("keys", new JsonArray());
      for (int k = 0; k < keys.size(); k++) {
        if (!keys.getString(k).endsWith("*")) {
          String field = path + "keys[" + k + "]";
          references.add(new Reference(field, DocumentKind.KEY, keys.getString(k)));
        }
      }
    }
    JsonArray tests = policy.getJsonArray("tests", new JsonArray());
    for (int i = 0; i < tests.size(); i++) {
      JsonObject test = tests.getJsonObject(i);
      String path = "tests[" + i + "].";
      references.add(
          new Reference(
              path + "principal", DocumentKind.PRINCIPAL, test.getString("principal"), false));
      references.add(new Reference(path + "key", DocumentKind.KEY, test.getString("key"), false));
    }
  }

  private static void members(String path, JsonArray members, List<Reference> references) {
    for (int i = 0; members != null && i < members.size(); i++) {
      String member = members.getString(i);
      String field = path + "[" + i + "]";
      references.add(
          member.startsWith(GROUP)
              ? new Reference(field, DocumentKind.GROUP, member.substring(GROUP.length()))
              : new Reference(field, DocumentKind.PRINCIPAL, member));
    }
  }
}
