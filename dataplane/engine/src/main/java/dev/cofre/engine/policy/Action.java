package dev.cofre.engine.policy;

/** What a principal may be allowed to do with a key in the data plane. */
public enum Action {
  ENCRYPT("encrypt"),
  DECRYPT("decrypt"),
  GENERATE_DATA_KEY("data-key:generate"),
  UNWRAP_DATA_KEY("data-key:unwrap");

  private final String text;

  Action(String text) {
    this.text = text;
  }

  /** The action's name in policies and in the audit log. */
  public String text() {
    return text;
  }
}
