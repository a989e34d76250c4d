package dev.cofre.engine.policy;

/** Whether something holds, as far as what is known of a request tells. */
public enum Truth {
  /** It holds, whatever is not known. */
  TRUE,
  /** It does not, whatever is not known. */
  FALSE,
  /** It depends on what is not known. */
  UNKNOWN;

  /** What is known to hold, or not. */
  public static Truth of(boolean holds) {
    return holds ? TRUE : FALSE;
  }

  /** Whether both hold. */
  Truth and(Truth other) {
    if (this == FALSE || other == FALSE) {
      return FALSE;
    }
    return this == TRUE ? other : UNKNOWN;
  }

  /** Whether one of them holds. */
  Truth or(Truth other) {
    if (this == TRUE || other == TRUE) {
      return TRUE;
    }
    return this == FALSE ? other : UNKNOWN;
  }

  /** Whether it does not hold. */
  Truth not() {
    return this == UNKNOWN ? UNKNOWN : of(this == FALSE);
  }
}
