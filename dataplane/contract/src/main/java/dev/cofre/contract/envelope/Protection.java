package dev.cofre.contract.envelope;

/** Where a key version's KEK lives, as its envelopes name it. */
public enum Protection {
  /** The KEK is an object in the HSM. */
  HSM(1),
  /** The KEK is wrapped by the root KEK in the HSM. */
  SOFTWARE(2);

  private final int code;

  Protection(int code) {
    this.code = code;
  }

  /** The byte in the envelope. */
  public int code() {
    return code;
  }

  /** The protection with {@code code}, or null. */
  static Protection of(int code) {
    return code == 1 ? HSM : code == 2 ? SOFTWARE : null;
  }
}
