package dev.cofre.engine.policy;

/** What a principal may be allowed to do with a key in the data plane. */
public enum Action {
  ENCRYPT("encrypt", 1),
  DECRYPT("decrypt", 2),
  GENERATE_DATA_KEY("data-key:generate", 4),
  UNWRAP_DATA_KEY("data-key:unwrap", 8),
  /**
   * To bring what was encrypted in another environment under the key: needed beside decrypt on the
   * source and encrypt on the target, when their environments differ.
   */
  REENCRYPT("reencrypt", 16);

  private final String text;
  private final int bit;

  Action(String text, int bit) {
    this.text = text;
    this.bit = bit;
  }

  /** The action's name in policies and in the audit log. */
  public String text() {
    return text;
  }

  int bit() {
    return bit;
  }

  /** The action named {@code text}, or null. */
  public static Action of(String text) {
    for (Action action : values()) {
      if (action.text.equals(text)) {
        return action;
      }
    }
    return null;
  }
}
