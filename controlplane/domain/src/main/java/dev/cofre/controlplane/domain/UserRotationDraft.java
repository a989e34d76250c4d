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
 * @param users the two; of users that the vault makes the first one is in use at first
 * @param create whether the vault makes them; else they are there, given to the root user
 * @param grants what those may do that the vault makes
 * @param period from one rotation to the next: so long a value works after it was replaced
 * @param inUse the one of the users that clients use when the rotation begins; null: not said, and
 *     nothing that is kept
 */
public record UserRotationDraft(
    String engine,
    List<String> users,
    boolean create,
    List<TargetGrant> grants,
    Duration period,
    String inUse) {
  /** The shortest period. */
  public static final long PERIOD_S_MIN = 60;

  /** The longest period. */
  public static final long PERIOD_S_MAX = Duration.ofDays(3_650).toSeconds();

  private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.@-]{0,62}");
  private static final String PERIOD = "periodSeconds";
  private static final String USERS = "users";
  private static final String GRANTS = "grants";
  private static final String IN_USE = "inUse";

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
    String inUse = null;
    if (fields.has(IN_USE)) {
      inUse = fields.matching(IN_USE, null, USER, "a user's name");
      if (inUse != null && !users.contains(inUse)) {
        fields.wrong(IN_USE, "must be one of the users");
      }
    }
    fields.end();
    return new UserRotationDraft(engine, users, create, grants, Duration.ofSeconds(period), inUse);
  }

  /**
   * A rotation on demand.
   *
   * @param dryRun whether it is only to be told of
   * @param force whether it follows when the last one was a moment ago, too
   */
  public record OnDemand(boolean dryRun, boolean force) {
    /**
     * Reads its document.
     *
     * @throws InvalidDocumentException naming every field that is wrong or unknown
     */
    public static OnDemand read(Map<String, ?> document) {
      DocumentFields fields = new DocumentFields(document);
      OnDemand read = new OnDemand(fields.flag("dryRun"), fields.flag("force"));
      fields.end();
      return read;
    }
  }

  /** The one of the two that is not {@code user}. */
  public String other(String user) {
    return users.getFirst().equals(user) ? users.getLast() : users.getFirst();
  }
}
