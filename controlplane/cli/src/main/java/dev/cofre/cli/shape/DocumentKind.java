package dev.cofre.cli.shape;

import dev.cofre.documents.shape.Shape.Fields;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The kinds of documents, in the order in which they are applied. Their fields have the names that
 * they have in the API.
 */
public enum DocumentKind {
  /** The rules that keys of a data class follow. */
  DATA_CLASS("DataClass", "name", "/v1/data-classes", "data-classes"),
  /** A key. */
  KEY("Key", "alias", "/v1/keys", "keys"),
  /** Who there is. */
  PRINCIPAL("Principal", "id", "/v1/principals", "principals"),
  /** Principals under one name. */
  GROUP("Group", "name", "/v1/groups", "groups"),
  /** Who may use which key. */
  POLICY("Policy", "name", "/v1/policies", "policies"),
  /** Which names the files own; it is no object of the service. */
  SCOPE("Scope", null, null, null);

  /** The version of all documents. */
  public static final String API_VERSION = "cofre/v1";

  private final String wireName;
  private final String nameField;
  private final String path;
  private final String folder;

  DocumentKind(String wireName, String nameField, String path, String folder) {
    this.wireName = wireName;
    this.nameField = nameField;
    this.path = path;
    this.folder = folder;
  }

  /** The kind named {@code wireName}; empty when there is none. */
  public static Optional<DocumentKind> find(String wireName) {
    return Arrays.stream(values()).filter(kind -> kind.wireName.equals(wireName)).findFirst();
  }

  /** The names of all kinds. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(DocumentKind::wireName).toList();
  }

  /** The name in documents. */
  public String wireName() {
    return wireName;
  }

  /** Which field names the object; null when there is none. */
  public String nameField() {
    return nameField;
  }

  /** The path of its objects in the API; null when it has none. */
  public String path() {
    return path;
  }

  /** The folder that its exported files stand in; null when it has none. */
  public String folder() {
    return folder;
  }

  /** What its documents look like. */
  public Fields shape() {
    return DocumentShapes.of(this);
  }
}
