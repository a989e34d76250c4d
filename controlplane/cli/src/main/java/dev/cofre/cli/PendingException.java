package dev.cofre.cli;

import io.vertx.core.json.JsonObject;

/** The request was taken and waits for the approval of others. Carries no stack trace. */
final class PendingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JsonObject approval;
  private final String note;

  PendingException(JsonObject approval) {
    this(approval, "");
  }

  private PendingException(JsonObject approval, String note) {
    super("waits for approval", null, false, false);
    this.approval = approval;
    this.note = note;
  }

  /** The same, with {@code note} before what to do. */
  PendingException noting(String note) {
    return new PendingException(approval, note + "; ");
  }

  /** The request for approval, as the service tells of it. */
  JsonObject approval() {
    return approval;
  }

  /** What to do, in one line. */
  String line() {
    return note
        + "waits for "
        + approval.getInteger("needed")
        + " approval(s) until "
        + approval.getString("expiresAt")
        + "; another person runs: cofre approval approve "
        + approval.getString("id")
        + " --digest "
        + approval.getString("digest");
  }
}
