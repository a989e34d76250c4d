package dev.cofre.engine.policy;

/** How a caller proved who they are, the weakest first. */
public enum AuthenticationStrength {
  /** Not at all, or in a way that this release does not know. */
  NONE("none"),
  /** A bearer token that does not change. */
  TOKEN("token"),
  /** A token that an identity provider signed for a short time. */
  JWT("jwt"),
  /** The private key of a client certificate. */
  MTLS("mtls");

  private final String text;

  AuthenticationStrength(String text) {
    this.text = text;
  }

  /** The name in policies and in the audit log. */
  public String text() {
    return text;
  }

  /** The strength named {@code text}; {@link #NONE} when there is none of that name. */
  public static AuthenticationStrength of(String text) {
    for (AuthenticationStrength strength : values()) {
      if (strength.text.equals(text)) {
        return strength;
      }
    }
    return NONE;
  }
}
