package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How the vault makes the values of a secret: a password for one of two users of an engine's
 * system, for the other one the next time. Valid in itself. Immutable.
 *
 * @param engine the engine's name
 * @param users the two; the first one is that in use when nothing else is known
 * @param create whether the vault makes them; else they are there, given to the root user
 * @param grants what those may do that the vault makes
 * @param period from one rotation to the next: so long a value works after it was replaced
 */
public record UserRotationDraft(
    String engine, List<String> users, boolean create, List<TargetGrant> grants, Duration period) {
  /** The shortest period. */
  public static final long PERIOD_S_MIN = 60;

  /** The longest period. */
  public static final long PERIOD_S_MAX = Duration.ofDays(3_650).toSeconds();

  private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.@-]{0,62}");
  private static final String PERIOD = "periodSeconds";
  private static final String USERS = "users";
  private static final String GRANTS = "grants";

  /**
   * Reads the document of a rotation.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static UserRotationDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String engine = fields.matching("engine", null, SecretEngineDraft.NAME, "an engine's name");
    List<String> users = fields.texts(USERS, 2);
    if (users.size() != 2 || !users.stream().allMatch(name -> USER.matcher(name).matches())) {
      fields.wrong(
          USERS,
          "must be two different names of 1 to 63 of A-Z, a-z, 0-9, '_', '.', '@' and '-',"
              + " beginning with a letter or '_'");
    }
    boolean create = fields.flag("create", false);
    List<TargetGrant> grants = TargetGrant.readAll(fields, GRANTS);
    if (!create && !grants.isEmpty()) {
      fields.wrong(GRANTS, "must be absent unless create is true: other users keep their rights");
    }
    long period = fields.number(PERIOD, PERIOD_S_MIN, PERIOD_S_MIN, PERIOD_S_MAX);
    if (!fields.has(PERIOD)) {
      fields.wrong(PERIOD, "is missing");
    }
    fields.end();
    return new UserRotationDraft(engine, users, create, grants, Duration.ofSeconds(period));
  }

  /**
   * Reads whether a rotation on demand is only to be told of.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static boolean dryRun(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    boolean dryRun = fields.flag("dryRun");
    fields.end();
    return dryRun;
  }

  /** The one of the two that is not {@code user}. */
  public String other(String user) {
    return users.getFirst().equals(user) ? users.getLast() : users.getFirst();
  }
}
