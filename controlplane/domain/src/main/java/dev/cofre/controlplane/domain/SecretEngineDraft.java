package dev.cofre.controlplane.domain;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is asked for when a system is enrolled in which the vault makes credentials, the password of
 * its root user aside; valid in itself. Immutable.
 *
 * @param name within its tenant
 * @param environment whose vault key protects the root user's password
 * @param owner who answers for it: a principal's id, or {@code group:NAME}
 * @param host a name or IPv4 address, never part of a URL with anything else in it
 * @param database where its roles have their rights
 * @param rootUser the user there that makes others
 * @param tls whether the connection is encrypted and the server's name verified
 */
public record SecretEngineDraft(
    String name,
    String tenant,
    Environment environment,
    EngineKind kind,
    String owner,
    String description,
    String host,
    int port,
    String database,
    String rootUser,
    boolean tls) {
  /** The names that engines and their roles may have. */
  public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

  private static final String NAME_RULE =
      "1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit";
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,252})");
  private static final Pattern OBJECT = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,62}");
  private static final int PORT_MAX = 65_535;
  private static final int OWNER_MAX = 256;
  private static final int DESCRIPTION_MAX = 1_024;

  /**
   * Reads the document of an engine to be made in {@code tenant}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SecretEngineDraft read(Map<String, ?> document, String tenant) {
    DocumentFields fields = new DocumentFields(document);
    EngineKind kind = fields.oneOf("kind", null, EngineKind.wireNames(), EngineKind::of);
    int portDefault = kind == null ? PORT_MAX : kind.portDefault();
    SecretEngineDraft draft =
        new SecretEngineDraft(
            fields.matching("name", null, NAME, NAME_RULE),
            tenant,
            fields.oneOf("environment", null, Environment.wireNames(), Environment::of),
            kind,
            fields.printable("owner", OWNER_MAX),
            fields.printable("description", DESCRIPTION_MAX),
            fields.matching("host", null, HOST, "a host's name or IPv4 address"),
            (int) fields.number("port", portDefault, 1, PORT_MAX),
            fields.matching("database", null, OBJECT, "1 to 63 of A-Z, a-z, 0-9, '_' and '-'"),
            fields.matching("rootUser", null, OBJECT, "1 to 63 of A-Z, a-z, 0-9, '_' and '-'"),
            fields.flag("tls", true));
    fields.mayHave("value");
    if (!fields.has("value")) {
      fields.wrong("value", "is missing: the root user's password in base64");
    }
    if (draft.host != null && !draft.tls && !draft.isLoopback()) {
      fields.wrong("tls", "can be false for localhost and 127.0.0.1 alone");
    }
    fields.end();
    return draft;
  }

  private boolean isLoopback() {
    return host.equals("localhost") || host.equals("127.0.0.1");
  }
}
