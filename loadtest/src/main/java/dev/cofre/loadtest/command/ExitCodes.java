package dev.cofre.loadtest.command;

/** How {@code load} ends. */
final class ExitCodes {
  /** The SLO holds, or there was none. */
  static final int HOLDS = 0;

  /** The SLO is missed; of a comparison: the runs differ. */
  static final int MISSED = 1;

  /**
   * Wrong usage or file, or a run that says nothing: the generator fell behind, nothing was done.
   */
  static final int INVALID = 2;

  private ExitCodes() {}
}
