package dev.cofre.loadtest.document;

import java.util.List;

/** A file that cannot be used; the message has a line for each thing that is wrong with it. */
public final class WrongFileException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With one line for each problem. */
  public WrongFileException(List<String> problems) {
    super(String.join("\n", problems), null, false, false);
  }
}
