package dev.cofre.cli;

import io.vertx.core.json.JsonObject;

/** The request was taken and waits for the approval of others. Carries no stack trace. */
final class PendingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JsonObject approval;

  PendingException(JsonObject approval) {
    super("waits for approval", null, false, false);
    this.approval = approval;
  }

  /** The request for approval, as the service tells of it. */
  JsonObject approval() {
    return approval;
  }

  /** What to do, in one line. */
  String line() {
    return "waits for "
        + approval.getInteger("needed")
        + " approval(s) until "
        + approval.getString("expiresAt")
        + "; another person runs: cofre approval approve "
        + approval.getString("id")
        + " --digest "
        + approval.getString("digest");
  }
}
