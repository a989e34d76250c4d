package dev.cofre.contract.envelope;

/** Who holds a data key. */
public enum Usage {
  /** It never leaves the data plane. */
  SERVICE(1),
  /** It was handed to a caller by {@code data-keys}. */
  CALLER(2);

  private final int code;

  Usage(int code) {
    this.code = code;
  }

  /** The byte in the envelope. */
  public int code() {
    return code;
  }

  /** The usage with {@code code}, or null. */
  static Usage of(int code) {
    return code == 1 ? SERVICE : code == 2 ? CALLER : null;
  }
}
