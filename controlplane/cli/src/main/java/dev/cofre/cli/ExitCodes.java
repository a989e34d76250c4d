package dev.cofre.cli;

/** The exit codes of every command; {@code --help} lists them. */
final class ExitCodes {
  static final int OK = 0;

  /** The service refused, or the answer or envelope is not whole or not valid. */
  static final int FAILED = 1;

  /** The command line, the environment or the token file is wrong; nothing was asked. */
  static final int USAGE = 2;

  /** Of {@code plan}, {@code diff} and {@code apply --dry-run}: something is to be changed. */
  static final int DRIFT = 2;

  /**
   * The request was taken and waits for others: for their approval, and its id is printed, or for
   * what is left of an incident.
   */
  static final int PENDING = 3;

  /** The standard input cannot be read or the standard output cannot be written. */
  static final int LOCAL_IO = 4;

  /** The service cannot be reached or did not answer in time. */
  static final int UNREACHABLE = 5;

  /** It is done, but not known to be in force on every data plane node. */
  static final int NOT_ENFORCED = 6;

  /** A fault of this program. */
  static final int FAULT = 70;

  private ExitCodes() {}
}
