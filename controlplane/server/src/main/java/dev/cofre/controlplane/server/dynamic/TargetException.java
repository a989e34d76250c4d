package dev.cofre.controlplane.server.dynamic;

/**
 * A target system could not be reached, or refused. Its message is ours: what the system itself
 * said may hold what is not to be told, and is not in it.
 */
public final class TargetException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** It did not answer, or the connection was lost. */
    AWAY,
    /** It answered; others are at work on the same user, or keep what that takes. */
    BUSY,
    /** It does not take the name and password. */
    LOGIN,
    /** It answered that it will not do it. */
    REFUSED
  }

  private final Kind kind;

  /** Says {@code message}, which holds nothing of the system's own words but its code. */
  public TargetException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }
}
