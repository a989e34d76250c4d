package dev.cofre.cli.shape;

import static dev.cofre.cli.shape.Shapes.days;
import static dev.cofre.cli.shape.Shapes.items;
import static dev.cofre.cli.shape.Shapes.oneOf;
import static dev.cofre.cli.shape.Shapes.optional;
import static dev.cofre.cli.shape.Shapes.printable;
import static dev.cofre.cli.shape.Shapes.required;

import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Flag;
import dev.cofre.documents.shape.Shape.Whole;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the documents of each kind look like. Stateless. */
final class DocumentShapes {
  private static final int MEMBERS_MAX = 1_000;
  private static final Map<DocumentKind, Fields> SHAPES = new EnumMap<>(DocumentKind.class);

  static {
    for (DocumentKind kind : DocumentKind.values()) {
      List<Field> fields = new ArrayList<>();
      fields.add(
          required("apiVersion", oneOf(DocumentKind.API_VERSION), "The version of the document."));
      fields.add(required("kind", oneOf(kind.wireName()), "What the document describes."));
      fields.addAll(fields(kind));
      SHAPES.put(kind, new Fields(fields, List.of()));
    }
  }

  private DocumentShapes() {}

  static Fields of(DocumentKind kind) {
    return SHAPES.get(kind);
  }

  private static List<Field> fields(DocumentKind kind) {
    return switch (kind) {
      case KEY -> keyFields();
      case POLICY -> PolicyShape.fields();
      case GROUP -> groupFields();
      case PRINCIPAL -> principalFields();
      case DATA_CLASS -> dataClassFields();
      case SCOPE -> scopeFields();
    };
  }

  private static List<Field> keyFields() {
    return List.of(
        required("alias", Shapes.NAME, "Unique in the tenant; not in the form of a UUID."),
        required("owner", printable(256), "Who answers for it."),
        required("purpose", printable(256), "What it is for."),
        required("dataClass", Shapes.DATA_CLASS, "It says how often the key is rotated."),
        required("environment", Shapes.ENVIRONMENT, "Where it is used."),
        required("expiresAt", Shapes.TIME, "When it ends to encrypt, in UTC."),
        required("protection", Shapes.PROTECTION, "Where its KEKs live."),
        optional("usage", oneOf("encrypt-decrypt"), "What it does."),
        optional("tags", Shapes.TAGS, "What policies can select it by."),
        optional("preActive", new Flag(), "Make it without taking it into use."),
        optional("activatesAt", Shapes.TIME, "Make it pre-active, in use from this time on."),
        optional(
            "state",
            oneOf("ACTIVE", "DISABLED"),
            "The state that apply brings it to; absent: whichever it has."));
  }

  private static List<Field> groupFields() {
    return List.of(
        required("name", Shapes.NAME, "Unique in the tenant."),
        optional("members", items(Shapes.MEMBER, 0, MEMBERS_MAX), "Who is in it."),
        optional("roles", items(Shapes.ROLE, 0, 6), "Roles that every member has by being one."));
  }

  private static List<Field> principalFields() {
    return List.of(
        required("id", Shapes.PRINCIPAL_ID, "Unique in the installation."),
        required("roles", items(Shapes.ROLE, 1, 6), "What it is there for."));
  }

  private static List<Field> dataClassFields() {
    int century = 36_500;
    return List.of(
        required("name", Shapes.DATA_CLASS, "Which one."),
        optional("rotationDays", days(century), "A key's version is replaced after so long."),
        optional("lifetimeDaysMax", days(century), "How many days a key may live."),
        optional("protections", items(Shapes.PROTECTION, 1, 2), "Where KEKs may live."),
        optional("exportPermitted", new Flag(), "Whether a key may be made exportable."),
        optional(
            "dataKeys",
            new Fields(
                List.of(
                    optional("secondsMax", new Whole(1, 300), "How long one encrypts."),
                    optional("messagesMax", new Whole(1, 1L << 24), "How many requests."),
                    optional("bytesMax", new Whole(1, 64L << 30), "How many plaintext bytes.")),
                List.of()),
            "Limits of data keys."),
        optional(
            "versions",
            new Fields(
                List.of(
                    optional("messagesMax", new Whole(100, 1L << 48), "How many messages."),
                    optional("bytesMax", new Whole(100, 1L << 52), "How many plaintext bytes."),
                    optional("dataKeysMax", new Whole(100, 1L << 32), "How many data keys.")),
                List.of()),
            "Limits of a version of a key, over all nodes; at 90% of one it is replaced."),
        optional("destructionWaitDays", new Whole(7, 30), "How long a destruction waits."),
        optional("warnDays", days(365), "How many days ahead the owner is told."),
        optional("unusedDays", days(century), "Without use for so long it is an orphan."));
  }

  private static List<Field> scopeFields() {
    int selectionsMax = 100;
    return List.of(
        optional(
            "keys",
            items(Shapes.NAME_SELECTION, 1, selectionsMax),
            "Keys of these names that no file describes are drift; they are never removed."),
        optional(
            "policies",
            items(Shapes.NAME_SELECTION, 1, selectionsMax),
            "Policies of these names that no file describes are drift; --prune removes them."),
        optional(
            "groups",
            items(Shapes.NAME_SELECTION, 1, selectionsMax),
            "Groups of these names that no file describes are drift; --prune removes them."),
        optional(
            "principals",
            items(Shapes.NAME_SELECTION, 1, selectionsMax),
            "Principals of these names that no file describes are drift; --prune removes them."));
  }
}
